import { Audit } from '@berth/access';
import type { RaisedEpoch } from '@berth/contracts/common';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const path = '/v1/admin/deployment-management/epochs';

let platform: Platform;
let administrator: Client;
beforeAll(async () => {
  platform = await Platform.start();
  administrator = platform.client(await platform.identity.token({ administrator: true, expiresIn: 3_600 }));
});
afterAll(() => platform.close());

const raise = (body: object = { reason: 'the disk was lost' }) => administrator.post<RaisedEpoch>(path, body);
const refusal = (body: object) => administrator.refusal('POST', path, body);
/** As if it had been read in from a dump. */
const restore = () => platform.query(`update producer_epoch set database = 'another'`);
const snapshots = async (id: string) =>
  (await platform.events(id)).filter(({ type }) => type === 'berth.workload.allocation-snapshot.v1');

describe('the epoch of a restored database', () => {
  it('begins once, however often it is asked for, and is written down', async () => {
    await restore();
    const first = await raise();
    expect(first).toMatchObject({ isNew: true, beganAt: expect.any(String) });
    expect(await raise()).toEqual({ ...first, isNew: false });
    const written = await platform.query(
      `select action, target, detail - 'request' as detail, organization_id from audit_entry where action = 'epochs:raise' order by sequence`,
    );
    expect(written).toEqual([
      {
        ...{ action: 'epochs:raise', organization_id: null },
        target: { kind: 'epoch', id: String(first.epoch) },
        detail: { former: 0, reason: 'the disk was lost' },
      },
    ]);
  });

  it('begins again after the next restore', async () => {
    await restore();
    const { epoch } = await raise();
    await restore();
    expect((await raise()).epoch).toBeGreaterThan(epoch);
  });

  it('states all allocations again, since it began at the earliest, each time that it is asked for', async () => {
    const scene = await Scene.make(platform);
    await scene.deployLive('restored');
    await eventually(async () => expect(await platform.eventTypes(scene.id)).toContain('workload.allocation-changed'));
    await restore();
    const { epoch, beganAt } = await raise();
    await raise();
    const told = await snapshots(scene.id);
    expect(told.map((each) => [each.epoch, (each.data as { effectiveAt: string }).effectiveAt])).toEqual([
      [epoch, beganAt],
      [epoch, beganAt],
    ]);
    expect(told[0]?.data).toMatchObject({ entries: [{ processType: 'web', instances: 1 }] });
  });
});

describe('an act on the platform', () => {
  const isWaiting = async (which: string, ...parameters: unknown[]) => {
    const sql = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and ${which}`;
    expect(await platform.query(sql, parameters)).toHaveLength(1);
  };

  it('that begins while an epoch waits to begin is written down after it, and neither is refused', async () => {
    const { app, database } = platform.service;
    const audit = app.get(Audit, { strict: false });
    const act = { by: 'platform', action: 'clusters:create', organizationId: null } as const;
    const [told, began, ended] = [1, 2, 3].map(() => Promise.withResolvers<number>());
    await restore();
    const open = database.transaction(async (tx) => {
      await tx.query('lock table outbox in row exclusive mode');
      told!.resolve(0);
      await ended!.promise;
    });
    await told!.promise;
    const raised = raise();
    await eventually(() => isWaiting(`query like 'lock table outbox%'`));
    const late = database.transaction(async (tx) => {
      const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      began!.resolve(pid);
      await audit.record(tx, { ...act, target: { kind: 'cluster', id: 'late' } });
    });
    const pid = await began!.promise;
    await eventually(() => isWaiting('pid = $1', pid));
    ended!.resolve(0);
    const [{ isNew }] = await Promise.all([raised, late, open]);
    expect(isNew).toBe(true);
    const written = await platform.query<{ action: string }>(
      `select action from audit_entry where key = 'platform' order by sequence desc limit 2`,
    );
    expect(written.map(({ action }) => action)).toEqual(['clusters:create', 'epochs:raise']);
  });
});

describe('a runtime that was told more than a restored database knows', () => {
  it('follows it from the epoch on', async () => {
    const scene = await Scene.make(platform);
    await scene.deployLive('ahead');
    const counted = async () => (await platform.runtime.observe(scene.id))?.observedGeneration;
    await platform.query('update workload set generation = 50 where id = $1', [scene.id]);
    await scene.scale({ counts: { web: 2 } });
    await eventually(async () => expect(await counted()).toBe(51));
    await platform.query('update workload set generation = 1 where id = $1', [scene.id]);
    await restore();
    const { epoch } = await raise();
    await eventually(async () => expect(await counted()).toBe(epoch));
    await scene.scale({ counts: { web: 1 } });
    await eventually(async () => expect(await counted()).toBe(epoch + 1));
    await raise();
    expect(await platform.query('select generation from workload where id = $1', [scene.id])).toEqual([
      { generation: epoch + 1 },
    ]);
  });
});

describe('another epoch', () => {
  it('is refused while nothing shows that the database was restored', async () => {
    await restore();
    await raise();
    await platform.query('update producer_epoch set epoch = 0, began_at = null');
    expect(await refusal({ reason: 'by mistake' })).toMatchObject({ status: 409, code: 'database_not_restored' });
    expect(await platform.query('select epoch from producer_epoch')).toEqual([{ epoch: 0 }]);
  });

  it('begins over the one that is named, once', async () => {
    const [{ epoch: over }] = (await platform.query<{ epoch: number }>('select epoch from producer_epoch')) as [
      { epoch: number },
    ];
    const first = await raise({ reason: 'files were put back', over });
    expect([first.isNew, first.epoch > over]).toEqual([true, true]);
    expect(await raise({ reason: 'files were put back', over })).toEqual({ ...first, isNew: false });
  });

  it('begins of a database that was restored since, whichever former one is named', async () => {
    const { epoch } = await raise();
    await restore();
    const next = await raise({ reason: 'the files again, and then a dump', over: 0 });
    expect([next.isNew, next.epoch > epoch]).toEqual([true, true]);
    expect(await raise({ reason: 'the files again, and then a dump', over: 0 })).toEqual({ ...next, isNew: false });
  });

  it('does not begin over one that never was', async () => {
    const answer = await refusal({ reason: 'a guess', over: 2_000_000_000 });
    expect(answer).toMatchObject({ status: 422, code: 'epoch_not_begun', pointers: ['/over'] });
  });

  it('begins for a stated reason only', async () => {
    expect(await refusal({ reason: ' ' })).toMatchObject({ status: 422, pointers: ['/reason'] });
  });
});
