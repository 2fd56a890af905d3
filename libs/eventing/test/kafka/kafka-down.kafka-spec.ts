import { randomUUID } from 'node:crypto';
import { buildStarted, type EventOf } from '@berth/contracts/events';
import { baseConfig, Clock, createLogger, LOGGER, type Logger, type ServiceDefinition } from '@berth/service-kit';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts Kafka is no library
import { type KafkaNode, startKafka } from '../../../../tools/kafka/kafka.mjs';
import { connectEvents, EventContext, EventingModule, eventingMigrations, Outbox } from '../../src/index.js';
import { buildData } from '../support.js';

@Controller()
class OnBuildStartedHandler {
  @EventPattern<string>(buildStarted.type)
  async handle(@Payload() event: EventOf<typeof buildStarted>, @Ctx() { tx }: EventContext): Promise<void> {
    await tx.query('insert into effect (subject, version) values ($1, $2)', [event.subject, event.aggregateversion]);
  }
}

@Module({})
class ServiceModule {}

/** Produces and consumes; nothing else. */
const definition: ServiceDefinition = {
  name: 'build',
  config: baseConfig,
  entities: [],
  migrations: eventingMigrations,
  module: (config) => ({
    module: ServiceModule,
    imports: [EventingModule.forRoot({ service: 'build', config })],
    controllers: [OnBuildStartedHandler],
  }),
  connect: connectEvents,
};

describe('a service whose Kafka is away', () => {
  const subject = randomUUID();
  let kafka: KafkaNode;
  let service: TestService;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    kafka = await startKafka({ started: false });
  }, 120_000);
  afterEach(async () => {
    await service.close();
    await kafka.stop();
  });

  const start = async () => {
    const logger = createLogger('test', 'silent');
    const warn = (_details: object, message: string) => void warnings.push(message);
    const recording = Object.assign(Object.create(logger) as Logger, { warn });
    const environment = { BUS: 'kafka', KAFKA_BROKERS: kafka.brokers };
    service = await startTestService(definition, { environment, overrides: [[LOGGER, recording]] });
    await service.database.query('create table effect (seq serial, subject text, version int)');
  };
  const readiness = async () => {
    const response = await fetch(`${service.url}/readyz`);
    const { detail } = (await response.json()) as { detail?: string };
    return { status: response.status, detail };
  };
  const commit = () =>
    service.database.transaction((tx) =>
      service.app.get(Outbox).append(tx, buildStarted, { subject, data: buildData(subject) }),
    );
  const versions = async () => {
    const rows = await service.database.query<{ version: number }>('select version from effect order by seq');
    return rows.map((row) => row.version);
  };

  it('starts, says once what it waits for, and goes on when Kafka is there', async () => {
    await start();
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    await commit();
    await eventually(async () => expect((await readiness()).detail).toContain('Kafka cannot be used'), {
      within: 30_000,
    });
    expect((await readiness()).status).toBe(503);
    await kafka.start();
    await eventually(async () => expect(await readiness()).toEqual({ status: 200, detail: undefined }), {
      within: 30_000,
    });
    await eventually(async () => expect(await versions()).toEqual([1]), { within: 30_000 });
    expect(warnings.filter((message) => message.includes('consuming begins when it can'))).toHaveLength(1);
  }, 120_000);

  it('ends in good time although Kafka never came', async () => {
    await start();
    await commit();
    await service.close();
    await kafka.start();
    await start();
    await commit();
    await eventually(async () => expect(await versions()).not.toEqual([]), { within: 30_000 });
  }, 120_000);

  it('ends in good time when Kafka was lost', async () => {
    await kafka.start();
    await start();
    await commit();
    await eventually(async () => expect(await versions()).toEqual([1]), { within: 30_000 });
    await kafka.kill();
    await commit();
    await service.close();
    await kafka.start();
    await start();
  }, 120_000);

  it('serves on when Kafka is lost, and takes effect within seconds of its return', async () => {
    await kafka.start();
    await start();
    await commit();
    await eventually(async () => expect(await versions()).toEqual([1]), { within: 30_000 });
    await kafka.kill();
    await commit();
    await new Clock().pause(15_000); // what is tried again and again is tried at its slowest by then
    expect((await readiness()).status).toBe(200);
    await kafka.start();
    await commit();
    await eventually(async () => expect(await versions()).toEqual([1, 2, 3]), { within: 10_000 });
  }, 120_000);
});
