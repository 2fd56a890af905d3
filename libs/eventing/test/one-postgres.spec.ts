import { randomUUID } from 'node:crypto';
import { buildStarted, type CloudEvent } from '@berth/contracts/events';
import { createDataSource, Database, migrate } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplication } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { Client } from 'pg';
import { type EventContext, eventingMigrations, Outbox } from '../src/index.js';
import { buildData } from './support.js';
import { startPostgres, type TestPostgres } from './test-postgres.js';
import { startTestService } from './test-service.js';

let postgres: TestPostgres;
let producer: INestApplication;
let consumer: INestApplication;
let calls: string[];
let mayHandle: Promise<void>;

@Controller()
class Handlers {
  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() { id, subject }: CloudEvent, @Ctx() { tx }: EventContext): Promise<void> {
    await mayHandle;
    calls.push(id);
    await tx.query('insert into effect (event_id, subject) values ($1, $2)', [id, subject]);
  }
}

beforeEach(async () => {
  // What nobody waits for stays in the memory of the server for ten seconds.
  postgres = await startPostgres({ wal_writer_delay: '10s' });
  calls = [];
});
afterEach(async () => {
  await Promise.all([producer.close(), consumer.close()]);
  await postgres.remove();
});

const query = async <Row extends object>(url: string, sql: string): Promise<Row[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Row>(sql);
  await client.end();
  return rows;
};
const databaseNamed = (name: string) => Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
const newDatabase = async (name: string) => {
  await query(postgres.url, `create database ${name}`);
  const url = databaseNamed(name);
  const source = await createDataSource({
    url,
    poolSize: 2,
    entities: [],
    migrations: eventingMigrations,
  }).initialize();
  await migrate(source);
  await source.destroy();
  return url;
};

/** A service that produces and one that consumes, each with a database, and a third one for the bus. */
async function start(onePostgres: 'true' | 'false') {
  const [produced, consumed] = [await newDatabase('producer'), await newDatabase('consumer')];
  await query(postgres.url, 'create database bus');
  await query(consumed, 'create table effect (seq serial, event_id uuid, subject text)');
  const environment = { BUS_DATABASE_URL: databaseNamed('bus'), ONE_POSTGRES: onePostgres };
  producer = await startTestService({ service: 'build', url: produced, environment });
  consumer = await startTestService({ service: 'metering', url: consumed, environment, controllers: [Handlers] });
  const append = () =>
    producer.get(Database).transaction(async (tx) => {
      const subject = randomUUID();
      return (await producer.get(Outbox).append(tx, buildStarted, { subject, data: buildData(subject) })).id;
    });
  return {
    append,
    effects: async () =>
      (await query<{ event_id: string }>(consumed, 'select event_id from effect order by seq')).map(
        (row) => row.event_id,
      ),
    waiting: () => query(produced, 'select from outbox'),
  };
}

describe('an effect on the server that holds the bus', () => {
  it.each([
    { onePostgres: 'true', repeated: true },
    { onePostgres: 'false', repeated: false },
  ] as const)(
    'survives a crash of it, or is made again: %j',
    async ({ onePostgres, repeated }) => {
      const { append, effects, waiting } = await start(onePostgres);
      const sent: string[] = [];
      for (let round = 0; round < 3; round++) {
        const held = Promise.withResolvers<void>();
        mayHandle = held.promise;
        sent.push(await append());
        // From here on nobody waits for the disk but the consumer, if anybody does.
        await eventually(async () => expect(await waiting()).toEqual([]));
        held.resolve();
        await eventually(async () => expect(await effects()).toEqual(sent));
        await postgres.crash();
        await postgres.start();
        await eventually(async () => expect(await effects()).toEqual(sent), { within: 60_000 });
      }
      expect(new Set(calls)).toEqual(new Set(sent));
      expect(calls.length > sent.length).toBe(repeated);
    },
    120_000,
  );
});
