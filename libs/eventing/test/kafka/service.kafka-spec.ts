import { randomUUID } from 'node:crypto';
import { buildStarted, type EventOf } from '@berth/contracts/events';
import { Clock, Database } from '@berth/service-kit';
import { eventually, testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplication } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DeadLetters, EventContext, eventingMigrations, Outbox } from '../../src/index.js';
import { KafkaBus } from '../../src/kafka/kafka-bus.js';
import { buildData, silent } from '../support.js';
import { startTestService } from '../test-service.js';

let refused: string | undefined;

@Controller()
class OnBuildStartedHandler {
  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() event: EventOf<typeof buildStarted>, @Ctx() { tx }: EventContext): Promise<void> {
    if (event.subject === refused) throw new Error('refused');
    const values = [event.subject, event.aggregateversion];
    await tx.query('insert into effect (subject, version) values ($1, $2)', values);
  }
}

describe('two services over Kafka', () => {
  let producing: TestDatabase;
  let consuming: TestDatabase;
  let buses: KafkaBus[];
  let producer: INestApplication;
  let consumer: INestApplication;

  beforeAll(async () => {
    const brokers = [process.env['TEST_KAFKA_BROKERS'] ?? ''];
    buses = ['build', 'metering'].map((clientId) => new KafkaBus({ clientId, brokers }, new Clock(), silent));
    [producing, consuming] = await Promise.all([
      testDatabase({ migrations: eventingMigrations }),
      testDatabase({ migrations: eventingMigrations }),
    ]);
    await consuming.database.query('create table effect (seq serial, subject text, version int)');
    producer = await startTestService({ service: 'build', url: producing.url, bus: buses[0]! });
    const controllers = [OnBuildStartedHandler];
    consumer = await startTestService({ service: 'metering', url: consuming.url, controllers, bus: buses[1]! });
  });
  afterAll(async () => {
    await consumer.close();
    await producer.close();
    await Promise.all(buses.map((bus) => bus.close()));
    await Promise.all([producing.drop(), consuming.drop()]);
  });

  const append = async (subject: string, count: number) => {
    for (let n = 0; n < count; n++)
      await producer.get(Database).transaction(async (tx) => {
        await producer.get(Outbox).append(tx, buildStarted, { subject, data: buildData(subject) });
      });
  };
  const versionsOf = async (subject: string) => {
    const sql = 'select version from effect where subject = $1 order by seq';
    return (await consuming.database.query<{ version: number }>(sql, [subject])).map((row) => row.version);
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('bring every committed event to its effect, in order', async () => {
    const subjects = Array.from({ length: 8 }, () => randomUUID());
    await Promise.all(subjects.map((subject) => append(subject, 25)));
    for (const subject of subjects)
      await eventually(async () => expect(await versionsOf(subject)).toEqual(upTo(25)), { within: 20_000 });
    await eventually(async () => expect(await producing.database.query('select 1 from outbox')).toEqual([]));
  });

  it('park a key whose event cannot be handled, and replay it in order', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    refused = bad;
    await append(bad, 3);
    await append(good, 3);
    await eventually(async () => expect(await versionsOf(good)).toEqual(upTo(3)), { within: 20_000 });
    const letters = consumer.get(DeadLetters);
    await eventually(async () => expect((await letters.list()).items).toHaveLength(3));
    refused = undefined;
    expect(await letters.replay(bad, 'mended')).toEqual({ replayed: 3, remaining: 0, error: null });
    expect(await versionsOf(bad)).toEqual(upTo(3));
  });

  it('apply nothing twice when the topic is replayed', async () => {
    await consumer.close();
    const before = await consuming.database.query('select subject, version from effect order by seq');
    const options = { group: 'metering', topics: ['berth.build'] };
    await eventually(() => buses[1]!.rewind(options), { within: 20_000 });
    const controllers = [OnBuildStartedHandler];
    consumer = await startTestService({ service: 'metering', url: consuming.url, controllers, bus: buses[1]! });
    const last = randomUUID();
    await append(last, 1);
    await eventually(async () => expect(await versionsOf(last)).toEqual([1]), { within: 20_000 });
    const after = await consuming.database.query(
      'select subject, version from effect where subject <> $1 order by seq',
      [last],
    );
    expect(after).toEqual(before);
  });
});
