import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { Clock, createDataSource, Database, Ids, type Tx } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import {
  beginEpoch,
  currentEpoch,
  eventingMigrations,
  lockEpoch,
  Outbox,
  RelayWaker,
  Snapshots,
} from '../src/index.js';
import { buildData, silent } from './support.js';

let test: TestDatabase;
let outbox: Outbox;
beforeAll(async () => {
  test = await testDatabase({ migrations: eventingMigrations });
  outbox = new Outbox('build', new Clock(), new Ids(), new RelayWaker(test.database, silent));
});
afterAll(() => test.drop());

const at = (text: string) => new Date(`2026-11-22T${text}Z`);
const begin = (now: Date) =>
  test.database.transaction(async (tx) => {
    await lockEpoch(tx);
    return beginEpoch(tx, now);
  });
const append = (subject: string) =>
  test.database.transaction((tx) => outbox.append(tx, buildStarted, { subject, data: buildData(subject) }));

it('an epoch is named by the second in which it began, and is higher than the one before at any rate', async () => {
  const first = await begin(at('10:00:00.400'));
  expect(first).toEqual({ epoch: 217_504_800, beganAt: at('10:00:00.400'), isOfThisDatabase: true });
  expect((await begin(at('10:00:00.900'))).epoch).toBe(217_504_801);
  expect((await begin(at('09:00:00'))).epoch).toBe(217_504_802);
});

it('a copy of a database is known to be another one', async () => {
  // One of its own: what else is tested here goes on however this ends.
  const original = await testDatabase({ migrations: eventingMigrations });
  const [copy, admin] = [`${original.name}_copy`, new Client({ connectionString: original.adminUrl })];
  await admin.connect();
  try {
    await original.database.transaction(async (tx) => {
      await lockEpoch(tx);
      await beginEpoch(tx, at('10:00:00'));
    });
    expect((await currentEpoch(original.database)).isOfThisDatabase).toBe(true);
    await original.database.dataSource.destroy();
    // Only of a database that nobody is connected to any more: connections end in their own time.
    await eventually(() => admin.query(`create database ${copy} template ${original.name}`));
    expect(await isOfItself(Object.assign(new URL(original.url), { pathname: `/${copy}` }).href)).toBe(false);
  } finally {
    await admin.query(`drop database if exists ${copy} with (force)`);
    await admin.end();
    await original.drop();
  }
});

async function isOfItself(url: string): Promise<boolean> {
  const source = await createDataSource({ url, poolSize: 2, entities: [], migrations: [] }).initialize();
  try {
    return (await currentEpoch(new Database(source))).isOfThisDatabase;
  } finally {
    await source.destroy();
  }
}

it('no event of a former epoch is told after one begins, whoever is about to tell one', async () => {
  const [before, after] = [randomUUID(), randomUUID()];
  const [told, committed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const open = test.database.transaction(async (tx) => {
    await outbox.append(tx, buildStarted, { subject: before, data: buildData(before) });
    told.resolve();
    await committed.promise;
  });
  await told.promise;
  const waiting = async (count: number) => {
    const sql = `select count(*)::int as count from pg_locks where not granted and relation = 'outbox'::regclass`;
    expect(await test.database.query(sql)).toEqual([{ count }]);
  };
  const raised = begin(at('10:00:00'));
  await eventually(() => waiting(1));
  const late = append(after);
  await eventually(() => waiting(2));
  committed.resolve();
  const [{ epoch }] = await Promise.all([raised, open, late]);
  const rows = await test.database.query<{ epoch: number }>(
    `select (event->>'epoch')::int as epoch from outbox where event->>'subject' in ($1, $2) order by seq`,
    [before, after],
  );
  expect(rows).toEqual([{ epoch: epoch - 1 }, { epoch }]);
});

describe('a run of snapshots', () => {
  const epochsOf = async (...subjects: string[]) => {
    const sql = `select (event->>'epoch')::int as epoch from outbox where event->>'subject' = any($1) order by seq`;
    return (await test.database.query<{ epoch: number }>(sql, [subjects])).map(({ epoch }) => epoch);
  };
  /** Two pages of one aggregate each. */
  const twoPages = (beforePage: (page: number) => Promise<void> | void) => {
    const subjects = [randomUUID(), randomUUID()];
    const snapshots = new Snapshots(test.database);
    const emit = async (tx: Tx, cursor: string | null) => {
      await beforePage(Number(cursor));
      const subject = subjects[Number(cursor)]!;
      await outbox.append(tx, buildStarted, { subject, data: buildData(subject) });
      return cursor === null ? '1' : null;
    };
    snapshots.register({ aggregate: 'build', emit });
    return { subjects, run: () => snapshots.emitAll('build') };
  };

  it('that was broken off begins anew in the next epoch', async () => {
    let breaks = true;
    const { subjects, run } = twoPages((page) => {
      if (page === 1 && breaks) throw new Error('power');
    });
    await expect(run()).rejects.toThrow('power');
    breaks = false;
    const { epoch: former } = await currentEpoch(test.database);
    const { epoch } = await begin(at('11:00:00'));
    await run();
    expect(await epochsOf(...subjects)).toEqual([former, epoch, epoch]);
  });

  it('has no page of a former epoch after the next one began: it is waited for', async () => {
    const [entered, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { subjects, run } = twoPages(async (page) => {
      entered.resolve();
      if (page === 0) await released.promise;
    });
    const running = run();
    await entered.promise;
    const { epoch: former } = await currentEpoch(test.database);
    const raised = begin(at('11:00:00'));
    await eventually(async () => {
      const sql = `select 1 as waits from pg_stat_activity where wait_event_type = 'Lock' and query like '%producer_epoch for update'`;
      expect(await test.database.query(sql)).toHaveLength(1);
    });
    released.resolve();
    await Promise.all([running, raised]);
    expect((await epochsOf(...subjects))[0]).toBe(former);
  });
});
