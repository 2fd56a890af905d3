import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type BusMessage, EmbeddedBus } from '../../src/index.js';
import { partitionOf } from '../../src/embedded/embedded-log.js';
import { cloudEvent, messageOf, silent } from '../support.js';
import { startPostgres, type TestPostgres } from '../test-postgres.js';

/** Tells how long it was asked to pause, which no slow machine makes longer. */
class CountingClock extends Clock {
  paused = 0;
  override pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.paused += milliseconds;
    return super.pause(milliseconds, signal);
  }
}

describe('the embedded bus', () => {
  let postgres: TestPostgres;
  let admin: Client;
  let buses: EmbeddedBus[];

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.remove());
  beforeEach(async () => {
    buses = [];
    admin = new Client({ connectionString: postgres.url });
    admin.on('error', () => undefined); // one test ends the server under it
    await admin.connect();
    await admin.query('drop schema if exists berth_bus cascade');
  });
  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await admin.end();
  });

  const open = (retentionDays?: number, clock = new Clock()): EmbeddedBus => {
    const bus = new EmbeddedBus(
      { url: postgres.url, ...(retentionDays === undefined ? {} : { retentionDays }) },
      clock,
      silent,
    );
    buses.push(bus);
    return bus;
  };
  const messages = (count: number, subject?: string): BusMessage[] =>
    Array.from({ length: count }, () => messageOf(cloudEvent(subject === undefined ? {} : { subject })));
  const collect = async (bus: EmbeddedBus, group: string) => {
    const received: BusMessage[] = [];
    const deliver = (message: BusMessage) => Promise.resolve(void received.push(message));
    const subscription = await bus.subscribe({ group, topics: ['berth.build'] }, deliver);
    return { received, subscription };
  };
  const stored = async () => Number((await admin.query('select count(*) from berth_bus.message')).rows[0]?.count);
  const ids = (list: readonly BusMessage[]) => list.map((message) => message.event.id).sort();

  it('makes its tables by itself, also when many start together', async () => {
    await Promise.all(Array.from({ length: 8 }, () => open().publish(messages(1))));
    expect(await stored()).toBe(8);
  });

  it('has on disk what it acknowledged: a crash right after loses nothing', async () => {
    const sent = messages(200);
    const publisher = open();
    for (const message of sent) await publisher.publish([message]);
    await postgres.crash();
    await postgres.start();
    const { received } = await collect(open(), 'group');
    await eventually(() => expect(ids(received)).toEqual(ids(sent)));
  });

  it('goes on by itself after the server was away, with the same subscription and the same publisher', async () => {
    const bus = open();
    const { received } = await collect(bus, 'group');
    const sent = messages(20);
    await bus.publish(sent.slice(0, 10));
    await eventually(() => expect(received).toHaveLength(10));
    await postgres.crash();
    await expect(bus.publish(messages(1))).rejects.toThrow();
    await postgres.start();
    await eventually(() => bus.publish(sent.slice(10)));
    await eventually(() => expect([...new Set(ids(received))]).toEqual(ids(sent)));
  });

  it('lets another member take over within two seconds when the connection of the active one is lost', async () => {
    const active = await collect(open(), 'group');
    const publisher = open();
    await publisher.publish(messages(1, 'key'));
    await eventually(async () => expect(await position('group', 'key')).toBe(1)); // else it comes again
    const clock = new CountingClock();
    const standby = await collect(open(undefined, clock), 'group');
    await eventually(async () => expect(await sessions('berth-bus group')).toHaveLength(2));
    const [holder] = await lockHolders();
    await admin.query('select pg_terminate_backend($1)', [holder]);
    await eventually(async () => expect(await lockHolders()).not.toContain(holder));
    clock.paused = 0;
    await publisher.publish(messages(1));
    await eventually(() => expect(active.received.length + standby.received.length).toBe(2));
    expect(clock.paused).toBeLessThanOrEqual(2_000);
  });

  it('commits positions of a slow consumer while it works through a batch', async () => {
    const clock = new Clock();
    const bus = open();
    await bus.publish(messages(100, 'one-key'));
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let handled = 0;
    await bus.subscribe({ group: 'slow', topics: ['berth.build'] }, async () => {
      if (handled === 10) await released;
      await clock.pause(20);
      handled++;
    });
    await eventually(async () => expect(await position('slow', 'one-key')).toBeGreaterThan(1));
    release();
  });

  it('takes the next messages from their notification, and reads the log where one is missing', async () => {
    const bus = open();
    const { received } = await collect(bus, 'group');
    const [first, second, stray] = messages(3, 'key') as [BusMessage, BusMessage, BusMessage];
    await bus.publish([first]);
    await eventually(async () => expect(await position('group', 'key')).toBe(1));
    await announce(7, stray); // not the next one, and not in the log
    await eventually(async () => {
      await announce(1, second); // the next one, in case the reader is not reading just now
      expect(received).toEqual([first, second]);
    });
  });

  it('keeps what is told of a partition while a message of it is in hand', async () => {
    const bus = open();
    const [first, second] = messages(2, 'key') as [BusMessage, BusMessage];
    const later = { ...(messages(1, 'key')[0] as BusMessage), topic: 'berth.metering' };
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const begun: BusMessage[] = [];
    await bus.subscribe({ group: 'busy', topics: [first.topic, later.topic] }, async (message) => {
      begun.push(message);
      if (message.event.id === first.event.id) await released;
    });
    await bus.publish([first]);
    await eventually(() => expect(begun).toEqual([first]));
    await announce(1, second); // not in the log: nothing else tells of it
    await bus.publish([later]);
    await eventually(() => expect(begun).toEqual([first, later]));
    release();
    await eventually(() => expect(begun).toEqual([first, later, second]));
  });

  it('finds messages that no notification announced', async () => {
    const bus = open();
    const { received } = await collect(bus, 'group');
    await bus.publish(messages(1, 'quiet'));
    await eventually(() => expect(received).toHaveLength(1));
    await admin.query(`insert into berth_bus.message (topic, partition, "offset", key, event, bytes)
      select topic, partition, "offset" + 1, key, event, bytes from berth_bus.message`);
    await admin.query('update berth_bus.partition set next_offset = next_offset + 1');
    await eventually(() => expect(received).toHaveLength(2));
  });

  it('deletes what is past its retention and was passed by every group, nothing else', async () => {
    const bus = open(7);
    const sent = messages(40);
    await bus.publish(sent);
    const first = await collect(bus, 'first');
    await eventually(() => expect(first.received).toHaveLength(40));
    await first.subscription.close();
    await admin.query(`insert into berth_bus.position select 'late', topic, partition, 0 from berth_bus.partition`);
    await bus.trim();
    expect(await stored()).toBe(40); // young
    await admin.query(`update berth_bus.message set published_at = now() - interval '8 days'`);
    await bus.trim();
    expect(await stored()).toBe(40); // a group has not read them
    const late = await collect(bus, 'late');
    await eventually(() => expect(late.received).toHaveLength(40));
    await late.subscription.close();
    await bus.publish(messages(1));
    await bus.trim();
    expect(await stored()).toBe(1);
  });

  it('sends a group back to what is left', async () => {
    const bus = open();
    await bus.publish(messages(4, 'key'));
    const before = await collect(bus, 'group');
    await eventually(() => expect(before.received).toHaveLength(4));
    await before.subscription.close();
    await admin.query('delete from berth_bus.message where "offset" < 2');
    await bus.rewind({ group: 'group', topics: ['berth.build'] });
    const after = await collect(bus, 'group');
    await eventually(() => expect(ids(after.received)).toEqual(ids(before.received.slice(2))));
  });

  it('sends a group back no further than its retention, and past nothing that it has not read', async () => {
    const bus = open(7);
    await bus.publish(messages(6, 'key'));
    const options = { group: 'group', topics: ['berth.build'] };
    const before = await collect(bus, 'group');
    await eventually(() => expect(before.received).toHaveLength(6));
    await before.subscription.close();
    const age = (below: number) =>
      admin.query(`update berth_bus.message set published_at = now() - interval '8 days' where "offset" < $1`, [below]);
    await age(2);
    await bus.rewind(options);
    expect(await position('group', 'key')).toBe(2);
    await age(6);
    await bus.rewind(options);
    expect(await position('group', 'key')).toBe(2);
  });

  it('asks the database next to nothing while it is idle', async () => {
    const bus = open();
    await collect(bus, 'group');
    await eventually(async () => expect(await lockHolders()).toHaveLength(1));
    const before = await transactions();
    await new Clock().pause(3_000);
    expect((await transactions()) - before).toBeLessThan(40); // some are this test's own; a busy loop would make thousands
  });

  it('closes at once, also while the server is away', async () => {
    const bus = open();
    await collect(bus, 'group');
    await postgres.crash();
    await bus.close();
    await postgres.start();
    await admin.end().catch(() => undefined);
    admin = new Client({ connectionString: postgres.url });
    await admin.connect();
  });

  const sessions = async (name: string) =>
    (await admin.query(`select pid from pg_stat_activity where application_name = $1`, [name])).rows;
  const lockHolders = async (): Promise<number[]> => {
    const sql = `select pid from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and application_name like 'berth-bus %'`;
    return (await admin.query<{ pid: number }>(sql)).rows.map((row) => row.pid);
  };
  /** Says that the message stands there, which the log does not. */
  const announce = (offset: number, { topic, key, event }: BusMessage) => {
    const partition = `${topic}/${partitionOf(key)}`;
    const payload = `${partition}/${offset + 1}\n${JSON.stringify([[partition, 1, key, event]])}`;
    return admin.query(`select pg_notify('berth_bus', $1)`, [payload]);
  };

  const position = async (group: string, key: string) => {
    const sql = 'select next_offset::int as at from berth_bus.position where consumer_group = $1 and partition = $2';
    return (await admin.query<{ at: number }>(sql, [group, partitionOf(key)])).rows[0]?.at;
  };
  const transactions = async () => {
    await admin.query('select pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
    const sql = 'select xact_commit::int as commits from pg_stat_database where datname = current_database()';
    return (await admin.query<{ commits: number }>(sql)).rows[0]?.commits ?? 0;
  };
});
