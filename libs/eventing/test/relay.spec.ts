import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { Clock, Ids } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { register } from 'prom-client';
import { type BusMessage, type EventBus, eventingMigrations, Outbox, Relay, RelayWaker } from '../src/index.js';
import { buildData, ClockWithoutPolls, silent } from './support.js';

/** A bus that remembers what became durable; a test decides how publishing goes. */
class RecordingBus implements EventBus {
  readonly published: BusMessage[] = [];
  readonly batches: number[] = [];
  before: () => Promise<void> = () => Promise.resolve();
  after: () => Promise<void> = () => Promise.resolve();

  async publish(messages: readonly BusMessage[]): Promise<void> {
    await this.before();
    this.published.push(...messages);
    this.batches.push(messages.length);
    await this.after();
  }
  subscribe(): never {
    throw new Error('not in these tests');
  }
  rewind(): never {
    throw new Error('not in these tests');
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the relay', () => {
  let test: TestDatabase;
  let bus: RecordingBus;
  let relays: Relay[];
  const clock = new Clock();

  beforeEach(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
    bus = new RecordingBus();
    relays = [];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await test.drop();
  });

  /** A relay and an outbox as they are in one process. */
  const start = (on: EventBus = bus, own = clock) => {
    const waker = new RelayWaker(test.database, silent);
    const relay = new Relay({ service: 'build', url: test.url }, on, waker, { clock: own, logger: silent });
    relays.push(relay);
    relay.start();
    return { relay, outbox: new Outbox('build', clock, new Ids(), waker) };
  };
  /** Commits events as a process without relay does. */
  const commit = async (subject: string, count: number, outbox?: Outbox) => {
    const from = outbox ?? new Outbox('build', clock, new Ids(), new RelayWaker(test.database, silent));
    for (let i = 0; i < count; i++)
      await test.database.transaction((tx) =>
        from.append(tx, buildStarted, { subject, data: buildData(subject) }).then(() => undefined),
      );
  };
  const waiting = async () =>
    (await test.database.query<{ rows: number }>('select count(*)::int as rows from outbox'))[0]?.rows;
  const publishedVersions = (subject: string) =>
    bus.published.filter((each) => each.key === subject).map((each) => each.event.aggregateversion);
  const killConnections = (name: string) =>
    test.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1
      and datname = current_database()`,
      [name],
    );

  it('publishes what was committed before it started, in order, and keeps no row of it', async () => {
    const subject = randomUUID();
    await commit(subject, 5);
    start();
    await eventually(() => expect(publishedVersions(subject)).toEqual([1, 2, 3, 4, 5]));
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(bus.published[0]).toMatchObject({ topic: 'berth.build', key: subject });
  });

  it('publishes what its own process commits without waiting for its next poll', async () => {
    const { outbox } = start(bus, new ClockWithoutPolls());
    await commit(randomUUID(), 1, outbox);
    await eventually(() => expect(bus.published).toHaveLength(1));
    const subject = randomUUID();
    await commit(subject, 1, outbox);
    await eventually(() => expect(publishedVersions(subject)).toEqual([1]));
  });

  it('publishes what another process commits without waiting for its next poll', async () => {
    start(bus, new ClockWithoutPolls());
    await commit(randomUUID(), 1);
    await eventually(() => expect(bus.published).toHaveLength(1));
    const subject = randomUUID();
    await commit(subject, 1);
    await eventually(() => expect(publishedVersions(subject)).toEqual([1]));
  });

  it('finds rows by itself when no notification comes', async () => {
    start();
    await eventually(async () => expect(await lockHolders()).toBe(1));
    const subject = randomUUID();
    const event = { aggregateversion: 1, subject };
    await test.database.query(`insert into outbox (topic, key, event) values ('berth.build', $1, $2)`, [
      subject,
      event,
    ]);
    await eventually(() => expect(publishedVersions(subject)).toEqual([1]));
  });

  it('keeps everything while the bus is down and publishes it in order afterwards', async () => {
    const { outbox } = start();
    let refusals = 0;
    bus.before = () => (refusals++ < 3 ? Promise.reject(new Error('no broker')) : Promise.resolve());
    const subject = randomUUID();
    await commit(subject, 10, outbox);
    await eventually(() => expect(publishedVersions(subject)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    expect(refusals).toBeGreaterThan(3);
  });

  it('reads on while a batch is on its way, and publishes nothing twice', async () => {
    const releases: (() => void)[] = [];
    bus.before = () => new Promise<void>((resolve) => releases.push(resolve));
    const { outbox } = start();
    const subject = randomUUID();
    for (let batch = 1; batch <= 3; batch++) {
      await commit(subject, 2, outbox);
      await eventually(() => expect(releases.length).toBeGreaterThanOrEqual(batch), { every: 5 });
    }
    expect(await waiting()).toBe(6);
    bus.before = () => Promise.resolve();
    for (const release of releases) release();
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(publishedVersions(subject)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('starts nothing after a failure before all that was under way has landed', async () => {
    const settle: { resolve: () => void; reject: (error: Error) => void }[] = [];
    bus.before = () => new Promise<void>((resolve, reject) => settle.push({ resolve, reject }));
    const { outbox } = start();
    const subject = randomUUID();
    await commit(subject, 1, outbox);
    await eventually(() => expect(settle).toHaveLength(1), { every: 5 });
    await commit(subject, 1, outbox);
    await eventually(() => expect(settle).toHaveLength(2), { every: 5 });
    settle[0]?.reject(new Error('no broker'));
    await commit(subject, 1, outbox);
    await clock.pause(200);
    expect(settle).toHaveLength(2);
    settle[1]?.reject(new Error('no broker')); // a bus fails what was handed over behind a failure
    bus.before = () => Promise.resolve();
    await eventually(() => expect(publishedVersions(subject)).toEqual([1, 2, 3]));
  });

  it('publishes a backlog in batches of at most 500', async () => {
    await test.database.query(`insert into outbox (topic, key, event)
      select 'berth.build', 'k', json_build_object('aggregateversion', n) from generate_series(1, 1200) n`);
    start();
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(bus.batches).toEqual([500, 500, 200]);
    expect(publishedVersions('k')).toEqual(Array.from({ length: 1_200 }, (_, i) => i + 1));
  });

  it('publishes again, and loses nothing, when its connection dies between publishing and deleting', async () => {
    const subject = randomUUID();
    let killed = false;
    bus.after = async () => {
      if (killed) return;
      killed = true;
      await killConnections('berth-relay');
    };
    await commit(subject, 3);
    start();
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(killed).toBe(true);
    expect([...new Set(publishedVersions(subject))]).toEqual([1, 2, 3]);
    expect(publishedVersions(subject).length).toBeGreaterThan(3);
  });

  it('waits while another relay of the service is active, and takes over when that one ends', async () => {
    const active = start();
    await eventually(async () => expect(await lockHolders()).toBe(1));
    const standby = new RecordingBus();
    start(standby);
    await commit(randomUUID(), 5, active.outbox);
    await eventually(() => expect(bus.published).toHaveLength(5));
    expect(standby.published).toEqual([]);
    await active.relay.stop();
    const subject = randomUUID();
    await commit(subject, 3, active.outbox);
    await eventually(() => expect(standby.published.map((each) => each.key)).toEqual([subject, subject, subject]));
    expect(bus.published).toHaveLength(5);
  });

  it('takes over when the connection of the active one is lost without goodbye', async () => {
    await commit(randomUUID(), 2);
    const { promise: left, resolve: goOn } = Promise.withResolvers<void>();
    let hangs = false;
    bus.before = () => {
      hangs = true; // as one that the network has left
      return left;
    };
    start();
    await eventually(() => expect(hangs).toBe(true));
    const standby = new RecordingBus();
    start(standby);
    await killConnections('berth-relay');
    await eventually(() => expect(standby.published).toHaveLength(2));
    goOn();
  });

  it('publishes the batch in hand before it stops', async () => {
    let release: (() => void) | undefined;
    bus.before = () => new Promise<void>((resolve) => (release = resolve));
    const { relay, outbox } = start();
    await commit(randomUUID(), 1, outbox);
    await eventually(() => expect(release).toBeDefined());
    const stopped = relay.stop();
    release?.();
    await stopped;
    expect(bus.published).toHaveLength(1);
    expect(await waiting()).toBe(0);
  });

  it('reports how long the oldest event has been waiting', async () => {
    bus.before = () => Promise.reject(new Error('no broker'));
    const row = `('berth.build', 'k', '{}', now() - interval '90 seconds')`;
    await test.database.query(`insert into outbox (topic, key, event, created_at) values ${row}`);
    start();
    await eventually(async () => expect(await lag()).toBeGreaterThan(89));
    bus.before = () => Promise.resolve();
    await eventually(async () => expect(await lag()).toBe(0));
  });

  const lockHolders = async () => {
    const sql = `select count(*)::int as held from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`;
    return (await test.database.query<{ held: number }>(sql))[0]?.held;
  };
  const lag = async () => (await register.getSingleMetric('berth_outbox_lag_seconds')?.get())?.values[0]?.value;
});
