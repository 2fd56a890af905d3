import { randomUUID } from 'node:crypto';
import type { DeadLetterAnswer, EventState, Page } from '@berth/contracts/common';
import { auditRecorded } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';

let identity: IdentityService;
let admin: string;
beforeAll(async () => {
  const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'root@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'the first password' };
  identity = await IdentityService.start(administrator);
  admin = (await identity.login('root@example.com', 'the first password')).body.accessToken;
});
afterAll(() => identity.close());

const at = '/v1/admin/user-management';
const call = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown, token = admin) =>
  identity.call<Body>(method, `${at}${path}`, { token, body });
const letters = async (key: string) =>
  (await call<Page<DeadLetterAnswer>>('GET', '/dead-letters?limit=200')).body.items.filter((each) => each.key === key);
const state = async () => (await call<EventState>('GET', '/events')).body;

/** An event that nobody can take effect of, as some service might tell it. */
async function tell(key: string): Promise<string> {
  const id = randomUUID();
  const event = {
    ...{ specversion: '1.0' as const, id, source: '/berth/metering', type: auditRecorded.type, subject: key },
    ...{ time: new Date().toISOString(), datacontenttype: 'application/json' as const, partitionkey: key },
    ...{ aggregateversion: 1, epoch: 0, data: { not: 'an audit entry' } },
  };
  await identity.service.app.get<EventBus>(EVENT_BUS).publish([{ topic: 'berth.metering', key, event }]);
  return id;
}

describe('events of identity', () => {
  it('that cannot take effect are counted, listed with why, and dropped by command with a reason', async () => {
    const key = `audit/${randomUUID()}`;
    const before = (await state()).deadLetters;
    const id = await tell(key);
    await eventually(async () => expect(await letters(key)).toMatchObject([{ id, state: 'failed' }]), {
      within: 30_000,
    });
    expect((await state()).deadLetters).toBe(before + 1);
    const replayed = await call('POST', '/dead-letters/replays', { key, reason: 'mended' });
    expect(replayed).toMatchObject({ status: 200, body: { replayed: 0, remaining: 1 } });
    const drop = () => call('POST', '/dead-letters/discards', { id, reason: 'nonsense' });
    expect((await drop()).status).toBe(204);
    expect(await drop()).toMatchObject({ status: 404, body: { code: 'dead_letter_not_found' } });
    expect(await letters(key)).toEqual([]);
    expect((await state()).deadLetters).toBe(before);
  });

  it('keep the copy of access rules fresh, which is told with its age', async () => {
    const began = Date.now();
    await eventually(async () => {
      const { accessHeardAt } = await state();
      expect(new Date(accessHeardAt ?? 0).getTime()).toBeGreaterThan(began);
    });
  });

  it('are nobody’s business but administrators’', async () => {
    const { accessToken } = await identity.person();
    for (const [method, path, body] of [
      ['GET', '/events', undefined],
      ['GET', '/dead-letters', undefined],
      ['POST', '/dead-letters/replays', { key: 'x', reason: 'x' }],
      ['POST', '/dead-letters/discards', { id: randomUUID(), reason: 'x' }],
    ] as const)
      expect((await call(method, path, body, accessToken)).status).toBe(403);
  });
});
