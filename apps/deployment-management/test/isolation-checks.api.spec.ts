import { randomUUID } from 'node:crypto';
import type { IsolationCheck } from '@berth/contracts/deployment';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWN_CLUSTER_ID } from '../src/clusters/own-cluster.js';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import type { Page } from './fixtures/types.js';

jest.setTimeout(300_000);

const checks = `/v1/clusters/${OWN_CLUSTER_ID}/isolation-checks`;

describe('isolation checks', () => {
  let platform: Platform;
  let administrator: Client;
  beforeAll(async () => {
    platform = await Platform.start();
    administrator = platform.client(await platform.identity.token({ administrator: true }));
  });
  afterAll(() => platform.close());

  it('say at once that local processes are not isolated, and pass no wall', async () => {
    const check = await administrator.post<IsolationCheck>(checks, {});
    expect(check).toMatchObject({ clusterId: OWN_CLUSTER_ID, verdict: 'not-isolated', image: null, heldBy: null });
    expect(check.endedAt).toBe(check.createdAt);
    expect(new Set(check.walls.map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
    expect(check.walls.map(({ name }) => name).sort()).toEqual([
      'dns',
      'network',
      'pod-security',
      'quota',
      'secret',
      'token',
    ]);
    expect(await administrator.get<IsolationCheck>(`${checks}/${check.id}`)).toEqual(check);
    const [act] = await platform.query<{ detail: object }>(
      `select detail - 'request' as detail from audit_entry where organization_id is null order by sequence desc limit 1`,
    );
    expect(act?.detail).toEqual({ isolationCheck: check.id });
  });

  it('are kept, the newest first, in pages', async () => {
    const made = [];
    for (let count = 0; count < 3; count++) made.unshift((await administrator.post<IsolationCheck>(checks, {})).id);
    const first = await administrator.get<Page<IsolationCheck>>(`${checks}?limit=2`);
    expect(first.items.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const second = await administrator.get<Page<IsolationCheck>>(`${checks}?limit=2&cursor=${first.next}`);
    expect(second.items[0]?.id).toBe(made[2]);
  });

  it('are of one cluster, which there must be', async () => {
    const { id } = await administrator.post<IsolationCheck>(checks, {});
    const elsewhere = `/v1/clusters/${randomUUID()}/isolation-checks`;
    for (const [method, path, body] of [
      ['POST', elsewhere, {}],
      ['GET', `${elsewhere}/${id}`],
      ['GET', `${checks}/${randomUUID()}`],
    ] as const)
      expect(await administrator.refusal(method, path, body)).toMatchObject({ status: 404 });
  });

  it.each([[{ image: 'not an image' }], [{ image: 7 }], [{ pods: 3 }]])('refuse %j', async (body) => {
    expect(await administrator.refusal('POST', checks, body)).toMatchObject({ status: 422 });
  });
});
