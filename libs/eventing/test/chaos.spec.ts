import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { Clock, createDataSource, Database, Ids, migrate } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { EmbeddedBus, eventingMigrations, Outbox, Relay, RelayWaker } from '../src/index.js';
import { Effects } from '../src/inbox/effects.js';
import { EventProcessor } from '../src/inbox/event-processor.js';
import { MessageHandler } from '../src/inbox/message-handler.js';
import { RunHandler } from '../src/inbox/run-handler.js';
import { buildData, silent } from './support.js';
import { startPostgres, type TestPostgres } from './test-postgres.js';

/** mulberry32: the same seed gives the same faults. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('from commit to effect, under faults', () => {
  const clock = new Clock();
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.remove());

  const openDatabase = async (name: string): Promise<{ url: string; database: Database }> => {
    const admin = new Client({ connectionString: postgres.url });
    await admin.connect();
    await admin.query(`create database ${name}`);
    await admin.end();
    const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
    const options = { url, poolSize: 10, entities: [], migrations: eventingMigrations };
    const source = await createDataSource(options).initialize();
    await migrate(source);
    return { url, database: new Database(source) };
  };
  /** Ends one connection of ours, chosen by chance, as a network does. */
  const cutOne = async (chance: number) => {
    const admin = new Client({ connectionString: postgres.url });
    await admin.connect();
    const sql = `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    const { rows } = await admin.query<{ pid: number }>(sql);
    await admin.query('select pg_terminate_backend($1)', [rows[Math.floor(chance * rows.length)]?.pid]);
    await admin.end();
  };

  it.each([1, 2, 3])(
    'every committed event takes effect once and in order (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const producer = await openDatabase(`producer_${seed}`);
      const consumer = await openDatabase(`consumer_${seed}`);
      await consumer.database.query('create table effect (seq serial, subject text, version int)');
      const bus = new EmbeddedBus({ url: producer.url }, clock, silent);
      const waker = new RelayWaker(producer.database, silent);
      const relays = [1, 2].map(
        () => new Relay({ service: 'build', url: producer.url }, bus, waker, { clock, logger: silent }),
      );
      relays.forEach((relay) => relay.start());
      const processor = new EventProcessor();
      processor.add(buildStarted.type, async (event, { tx }) => {
        await tx.query('insert into effect (subject, version) values ($1, $2)', [
          event.subject,
          event.aggregateversion,
        ]);
      });
      const handler = new MessageHandler(consumer.database, processor, clock, silent);
      const runs = new RunHandler(consumer.database, new Effects(processor, clock));
      const subscribe = () =>
        bus.subscribe(
          { group: 'g', topics: ['berth.build'] },
          (message) => handler.handle(message),
          (messages, stopped) => runs.handle(messages, stopped),
        );
      await subscribe();
      await subscribe();

      const outbox = new Outbox('build', clock, new Ids(), waker);
      const subjects = Array.from({ length: 6 }, () => randomUUID());
      const write = (subject: string) =>
        producer.database.transaction((tx) => outbox.append(tx, buildStarted, { subject, data: buildData(subject) }));
      const writer = async (subject: string) => {
        for (let n = 0; n < 60; n++) await write(subject).catch(() => undefined); // a cut one may be lost, if unacknowledged
      };
      const faults = async () => {
        for (let n = 0; n < 12; n++) {
          await clock.pause(20 + chance() * 80);
          await cutOne(chance());
        }
      };
      await Promise.all([...subjects.map(writer), faults()]);

      const sql = 'select subject, version from aggregate_version order by subject';
      // The pool may still hold a connection that was cut.
      const committed = await eventually(() => producer.database.query<{ subject: string; version: number }>(sql));
      expect(committed).toHaveLength(6);
      const effects = async () => {
        const sql = 'select subject, array_agg(version order by seq) as versions from effect group by 1 order by 1';
        return consumer.database.query<{ subject: string; versions: number[] }>(sql);
      };
      const expected = committed.map(({ subject, version }) => ({
        subject,
        versions: Array.from({ length: version }, (_, index) => index + 1),
      }));
      await eventually(async () => expect(await effects()).toEqual(expected), { within: 240_000, every: 100 });
      expect(await eventually(() => consumer.database.query('select 1 from dead_letter'))).toEqual([]);

      await Promise.all(relays.map((relay) => relay.stop()));
      await bus.close();
      await producer.database.onApplicationShutdown();
      await consumer.database.onApplicationShutdown();
    },
    300_000,
  );
});
