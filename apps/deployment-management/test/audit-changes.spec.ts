import { randomUUID } from 'node:crypto';
import type { Schedule, Volume } from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const anyVersion = { 'if-match': '*' };

let platform: Platform;
let scene: Scene;
beforeAll(async () => {
  platform = await Platform.start({ environment: { ROLE: 'api' } });
});
beforeEach(async () => {
  scene = await Scene.make(platform);
});
afterAll(() => platform.close());

interface Told {
  readonly before?: object;
  readonly after?: object;
}

/** What changed by the acts of this kind on a thing, in their order. */
async function changes(action: string, target = scene.id): Promise<Told[]> {
  const rows = await platform.query<{ detail: Told }>(
    `select detail - 'request' as detail from audit_entry where action = $1 and target->>'id' = $2 order by sequence`,
    [action, target],
  );
  return rows.map(({ detail: { before, after } }) => ({ ...(before && { before }), ...(after && { after }) }));
}

describe('an entry of the audit trail says what was before', () => {
  it('of counts, bounds and sizes, of the process types that changed', async () => {
    await scene.scale({ counts: { web: 2, worker: 1 } });
    await scene.scale({ counts: { web: 3 }, sizes: { web: { cpuMillicores: 250 } } });
    await scene.scale({ sizes: { web: { cpuMillicores: 500 } } });
    await scene.scale({ counts: { web: 3 } });
    expect(await changes('workloads:scale')).toEqual([
      { before: { counts: {} }, after: { counts: { web: 2, worker: 1 } } },
      {
        before: { counts: { web: 2 }, processSettings: {} },
        after: { counts: { web: 3 }, processSettings: { web: { cpuMillicores: 250 } } },
      },
      {
        before: { processSettings: { web: { cpuMillicores: 250 } } },
        after: { processSettings: { web: { cpuMillicores: 500 } } },
      },
      {},
    ]);
  });

  it('of how a workload is released', async () => {
    const path = `/v1/workloads/${scene.id}`;
    const { deadlines } = await scene.now();
    await scene.owner.patch(path, { trackedRef: 'next', deadlines: { rolling: 77 } }, anyVersion);
    await scene.owner.patch(path, { trackedRef: null, deadlines: { rolling: 78 } }, anyVersion);
    expect(deadlines.rolling).not.toBe(77);
    expect((await changes('workloads:update')).at(-1)).toEqual({
      before: { trackedRef: 'next', deadlines: { rolling: 77 } },
      after: { trackedRef: null, deadlines: { rolling: 78 } },
    });
  });

  it('of volumes', async () => {
    const place = { name: 'data', process: 'web', mountPath: '/data' };
    const { id } = await scene.owner.post<Volume>('/v1/volumes', { ...place, workloadId: scene.id, sizeMib: 64 });
    await scene.owner.patch(`/v1/volumes/${id}`, { sizeMib: 128 }, anyVersion);
    expect(await changes('volumes:update')).toEqual([
      { before: { volumes: { data: { sizeMib: 64 } } }, after: { volumes: { data: { sizeMib: 128 } } } },
    ]);
    await scene.owner.delete(`/v1/volumes/${id}`);
    const data = { process: 'web', mountPath: '/data', sizeMib: 128 };
    expect(await changes('volumes:delete')).toEqual([{ before: { volumes: { data } }, after: { volumes: {} } }]);
  });

  it('of config, by names and versions', async () => {
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { A: '1', B: '2' } });
    await scene.owner.patch(`/v1/config/${scene.id}`, { set: { A: '3' }, unset: ['B'] });
    expect((await changes('config:update')).at(-1)).toEqual({
      before: { version: 1, names: ['A', 'B'] },
      after: { version: 2, names: ['A'] },
    });
  });

  it('of schedules', async () => {
    const body = { name: 'nightly', cron: '0 3 * * *', command: 'node tidy.js' };
    const { id } = await scene.owner.post<Schedule>(`/v1/workloads/${scene.id}/schedules`, body);
    await scene.owner.patch(`/v1/schedules/${id}`, { cron: '0 4 * * *', suspended: true }, anyVersion);
    expect((await changes('schedules:update', id)).at(-1)).toEqual({
      before: { cron: '0 3 * * *', suspended: false },
      after: { cron: '0 4 * * *', suspended: true },
    });
    await scene.owner.delete(`/v1/schedules/${id}`);
    expect((await changes('schedules:update', id)).at(-1)).toMatchObject({
      before: { cron: '0 4 * * *', command: '[redacted]' },
      after: {},
    });
  });

  it('of the hours of an environment, and of its failover', async () => {
    const { id } = scene.environment;
    const awake = (until: string) => [{ days: ['mon'], from: '08:00', until }];
    for (const until of ['18:00', '20:00'])
      await scene.owner.put(`/v1/environments/${id}/sleep`, { timeZone: 'UTC', awake: awake(until) });
    for (const afterSeconds of [60, 90]) await scene.owner.put(`/v1/environments/${id}/failover`, { afterSeconds });
    const told = await changes('environments:update', id);
    expect([told[1], told[3]]).toEqual([
      { before: { sleep: { awake: awake('18:00') } }, after: { sleep: { awake: awake('20:00') } } },
      { before: { failover: { afterSeconds: 60 } }, after: { failover: { afterSeconds: 90 } } },
    ]);
  });

  it('of an app, of its source and how it is built', async () => {
    const { id, source, build } = scene.app;
    const change = { source: { kind: 'upload' }, build: { rootFolder: 'web' } };
    await scene.owner.patch(`/v1/apps/${id}`, change, anyVersion);
    expect(await changes('apps:update', id)).toEqual([
      { before: { source, build: { rootFolder: build.rootFolder } }, after: change },
    ]);
  });

  it('of what is deleted', async () => {
    await scene.scale({ counts: { web: 2 } });
    await scene.owner.delete(`/v1/workloads/${scene.id}`);
    expect(await changes('workloads:delete')).toMatchObject([{ before: { counts: { web: 2 } }, after: {} }]);
  });
});

it('no value of config, no secret, no command and no password of a repository comes into the audit trail by what was before', async () => {
  const canary = `canary-${randomUUID()}`;
  await scene.owner.patch(`/v1/config/${scene.id}`, { set: { A: `${canary}-1` } });
  await scene.owner.patch(`/v1/config/${scene.id}`, { set: { A: `${canary}-2` } });
  await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { KEY: `${canary}-3` } });
  await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { KEY: `${canary}-4` } });
  for (const number of [5, 6]) await scene.scale({ sizes: { web: { command: `run --key ${canary}-${number}` } } });
  const app = `/v1/apps/${scene.app.id}`;
  for (const number of [7, 8]) {
    const source = { kind: 'git', url: `https://ci:${canary}-${number}@git.example/acme/${number}.git` };
    await scene.owner.patch(app, { source, build: { buildCommand: `make KEY=${canary}` } }, anyVersion);
  }
  const body = { name: 'nightly', cron: '0 3 * * *', command: `tidy ${canary}` };
  const { id } = await scene.owner.post<Schedule>(`/v1/workloads/${scene.id}/schedules`, body);
  await scene.owner.patch(`/v1/schedules/${id}`, { command: `tidy --all ${canary}` }, anyVersion);

  const rows = await platform.query<{ text: string }>(
    `select row_to_json(e)::text as text from audit_entry e
      union all select event::text from outbox where event->>'type' = 'berth.audit.recorded.v1'`,
  );
  const everything = rows.map(({ text }) => text).join('\n');
  expect(everything).toContain(scene.id);
  expect(everything).not.toContain(canary);
  expect((await changes('workloads:scale')).at(-1)).toEqual({
    before: { processSettings: { web: { command: '[redacted]' } } },
    after: { processSettings: { web: { command: '[redacted]' } } },
  });
  expect((await changes('apps:update', scene.app.id)).at(-1)?.after).toMatchObject({
    source: { url: 'https://git.example/acme/8.git' },
  });
});
