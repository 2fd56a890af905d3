import { randomUUID } from 'node:crypto';
import { budgetCleared, budgetExhausted, budgetThresholdCrossed, type EventDefinition } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService } from './fixtures/identity-service.js';

let identity: IdentityService;
beforeAll(async () => (identity = await IdentityService.start()));
afterAll(() => identity.close());

/** What metering says of a budget, twice, as a bus may do. */
async function hear(organizationId: string, { type, data }: EventDefinition, over: object): Promise<void> {
  const subject = randomUUID();
  const fact = {
    ...{ budgetId: subject, organizationId, projectId: null, environmentId: null, name: 'All', month: '2026-11' },
    ...{ currency: 'EUR', amount: '28.00', spent: '28.01' },
  };
  const event = {
    ...{ specversion: '1.0' as const, id: randomUUID(), source: '/berth/metering', type, subject, epoch: 0 },
    ...{ time: new Date().toISOString(), datacontenttype: 'application/json' as const, partitionkey: subject },
    ...{ aggregateversion: 1, data: data.parse({ ...fact, ...over }) },
  };
  const message = { topic: 'berth.metering', key: subject, event };
  await identity.service.app.get<EventBus>(EVENT_BUS).publish([message, message]);
}

describe('mail about a budget', () => {
  it('goes to those who spend, once for each event, and says what is spent, what stops and what comes next', async () => {
    const owner = await identity.person();
    const stranger = await identity.person();
    const { organization } = await identity.organization(owner.accessToken);
    await identity.organization(stranger.accessToken);
    const mails = async () => (await identity.mailTo(owner.email)).filter((mail) => mail.includes('budget'));
    const [previews, rest] = [['preview'], ['development', 'staging']];
    await hear(organization.id, budgetThresholdCrossed, { threshold: 80, forecast: '99.00' });
    const stopsNextAt = '2026-11-10T10:31:00.000Z';
    await hear(organization.id, budgetExhausted, { stops: [], stopsNext: previews, stopsNextAt });
    await hear(organization.id, budgetExhausted, { stops: previews, stopsNext: rest, stopsNextAt });
    await hear(organization.id, budgetExhausted, { stops: ['production'], stopsNext: [], stopsNextAt: null });
    await hear(organization.id, budgetCleared, {});
    await eventually(async () => expect(await mails()).toHaveLength(5));
    const text = (await mails()).join('\n');
    for (const sentence of [
      ...['28.01 of 28.00 EUR are spent in 2026-11.', '80 % of the budget All', 'the month will cost 99.00 EUR'],
      ...['Nothing was stopped yet.', `preview will stop at ${stopsNextAt}`, 'Stopped now: preview. Nothing is lost.'],
      ...[`development, staging will stop at ${stopsNextAt}`, 'stops production', 'runs again'],
    ])
      expect(text).toContain(sentence);
    expect((await identity.mailTo(stranger.email)).filter((mail) => mail.includes('budget'))).toEqual([]);
  });
});
