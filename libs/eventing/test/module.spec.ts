import { randomUUID } from 'node:crypto';
import { buildStarted } from '@berth/contracts/events';
import { baseConfig, Clock, Database } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedBus, EVENT_BUS, eventingMigrations, Outbox } from '../src/index.js';
import { KafkaBus } from '../src/kafka/kafka-bus.js';
import { makeBus } from '../src/module/make-bus.js';
import { buildData, ClockWithoutPolls, silent } from './support.js';
import { startTestService } from './test-service.js';

describe('the eventing module', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await testDatabase({ migrations: eventingMigrations });
  });
  afterEach(() => test.drop());

  const append = (database: Database, outbox: Outbox) =>
    database.transaction((tx) => {
      const subject = randomUUID();
      return outbox.append(tx, buildStarted, { subject, data: buildData(subject) });
    });
  const waiting = async () =>
    (await test.database.query<{ rows: number }>('select count(*)::int as rows from outbox'))[0]?.rows;
  const connections = () =>
    test.database.query(`select application_name from pg_stat_activity
      where datname = current_database() and application_name like 'berth-%'`);

  it('relays in the roles worker and both', async () => {
    for (const role of ['worker', 'both'] as const) {
      const app = await startTestService({ service: 'build', url: test.url, role });
      await append(app.get(Database), app.get(Outbox));
      await eventually(async () => expect(await waiting()).toBe(0));
      await app.close();
    }
  });

  it('leaves relaying to the workers in the role api, and wakes them', async () => {
    const api = await startTestService({ service: 'build', url: test.url, role: 'api' });
    const clock = new ClockWithoutPolls();
    await append(api.get(Database), api.get(Outbox));
    expect(await waiting()).toBe(1);
    const worker = await startTestService({ service: 'build', url: test.url, role: 'worker', clock });
    await eventually(async () => expect(await waiting()).toBe(0));
    await append(api.get(Database), api.get(Outbox));
    await eventually(async () => expect(await waiting()).toBe(0));
    await api.close();
    await worker.close();
  });

  it('gives every connection back when the application is closed', async () => {
    const app = await startTestService({ service: 'build', url: test.url });
    await eventually(async () => expect((await connections()).length).toBeGreaterThan(0));
    await app.close();
    await eventually(async () => expect(await connections()).toEqual([]));
  });

  it('leaves a bus that a test put in its place to the test', async () => {
    const bus = new EmbeddedBus({ url: test.url }, new Clock(), silent);
    const app = await startTestService({ service: 'build', url: test.url, bus });
    expect(app.get(EVENT_BUS)).toBe(bus);
    await app.close();
    await bus.publish([]);
    const opened = bus.subscribe({ group: 'still', topics: ['open'] }, () => Promise.resolve());
    await expect(opened).resolves.toBeDefined();
    await bus.close();
  });

  it('makes the bus that the configuration names', async () => {
    const make = (settings: object) =>
      makeBus('build', baseConfig.parse({ DATABASE_URL: test.url, ...settings }), new Clock(), silent);
    const embedded = await make({});
    expect(embedded).toBeInstanceOf(EmbeddedBus);
    const kafka = await make({ BUS: 'kafka', KAFKA_BROKERS: '127.0.0.1:9092' });
    expect(kafka).toBeInstanceOf(KafkaBus);
    await expect(make({ BUS: 'kafka' })).rejects.toThrow('KAFKA_BROKERS');
    const shared = { BUS: 'kafka', KAFKA_BROKERS: '127.0.0.1:9092', ONE_POSTGRES: 'true' };
    await expect(make(shared)).rejects.toThrow('ONE_POSTGRES');
    await embedded.close();
    await kafka.close();
  });
});
