import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { Clock, Ids } from '@berth/service-kit';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventingMigrations, Outbox, RelayWaker, Snapshots, type SnapshotSource } from '../src/index.js';
import { buildData, silent } from './support.js';

describe('snapshots', () => {
  let test: TestDatabase;
  let outbox: Outbox;
  let snapshots: Snapshots;
  const builds = Array.from({ length: 5 }, () => randomUUID()).sort();

  beforeEach(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    outbox = new Outbox('build', new Clock(), new Ids(), new RelayWaker(test.database, silent));
    snapshots = new Snapshots(test.database);
    await test.database.query('create table build (id uuid primary key, state text)');
    await test.database.query(`insert into build select unnest($1::uuid[]), 'old'`, [builds]);
  });
  afterEach(() => test.drop());

  /** Two builds a page; the state travels as the partition key, where a test can read it. */
  const source = (beforePage: (cursor: string | null) => Promise<void> = () => Promise.resolve()): SnapshotSource => ({
    aggregate: 'build',
    emit: async (tx, cursor) => {
      const sql = `select id, state from build where ($1::uuid is null or id > $1) order by id limit 2`;
      const rows = await tx.query<{ id: string; state: string }>(sql, [cursor]);
      await beforePage(cursor);
      for (const { id, state } of rows)
        await outbox.append(tx, buildStarted, { subject: id, data: buildData(id), partitionKey: state });
      return rows.length < 2 ? null : (rows.at(-1)?.id ?? null);
    },
  });
  const stated = () =>
    test.database.query<{ id: string; state: string; version: number }>(
      `select event ->> 'subject' as id, key as state, (event ->> 'aggregateversion')::int as version
         from outbox order by seq`,
    );

  it('state every aggregate once, page by page', async () => {
    let pages = 0;
    snapshots.register(source(() => Promise.resolve(void pages++)));
    await snapshots.emitAll('build');
    expect((await stated()).map((row) => row.id)).toEqual(builds);
    expect(pages).toBe(3);
  });

  it('start anew after a run that was finished, with the next versions', async () => {
    snapshots.register(source());
    await snapshots.emitAll('build');
    await snapshots.emitAll('build');
    expect((await stated()).map((row) => row.version)).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  });

  it('go on where a run was broken off', async () => {
    let failing = true;
    const breakOff = (cursor: string | null) =>
      failing && cursor !== null ? Promise.reject(new Error('process ended')) : Promise.resolve();
    snapshots.register(source(breakOff));
    await expect(snapshots.emitAll('build')).rejects.toThrow('process ended');
    expect((await stated()).map((row) => row.id)).toEqual(builds.slice(0, 2));
    failing = false;
    await snapshots.emitAll('build');
    expect((await stated()).map((row) => row.id)).toEqual(builds);
  });

  it('never state something older under a higher version than a change that was committed meanwhile', async () => {
    const [first] = builds;
    let changed = false;
    const changeMeanwhile = async () => {
      if (changed || !first) return;
      changed = true;
      await test.database.transaction(async (tx) => {
        await tx.query(`update build set state = 'new' where id = $1`, [first]);
        await outbox.append(tx, buildStarted, { subject: first, data: buildData(first), partitionKey: 'new' });
      });
    };
    await outboxKnows(builds);
    snapshots.register(source(changeMeanwhile));
    await snapshots.emitAll('build');
    const ofFirst = (await stated()).filter((row) => row.id === first);
    expect(ofFirst.map(({ state, version }) => [version, state])).toEqual([
      [1, 'known'],
      [2, 'new'],
      [3, 'new'],
    ]);
  });

  it('of an aggregate that nobody registered are refused with the names that are there', async () => {
    snapshots.register(source());
    await expect(snapshots.emitAll('imagined')).rejects.toThrow('only of: build');
    expect(snapshots.aggregates).toEqual(['build']);
  });

  it('commit page by page also within a request that has a transaction of its own', async () => {
    snapshots.register(source());
    await test.database.enclose(async () => {
      await snapshots.emitAll('build');
    });
    expect(await stated()).toHaveLength(5);
  });

  const outboxKnows = async (ids: readonly string[]) => {
    for (const subject of ids)
      await test.database.transaction((tx) =>
        outbox.append(tx, buildStarted, { subject, data: buildData(subject), partitionKey: 'known' }),
      );
  };
});
