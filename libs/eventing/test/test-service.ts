import type { ServiceName } from '@berth/contracts/events';
import { baseConfig, type BaseConfig, Clock, createDataSource, Database, Ids, LOGGER } from '@berth/service-kit';
import { type INestApplication, Global, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { connectEvents, EVENT_BUS, type EventBus, EventingModule } from '../src/index.js';
import { silent } from './support.js';

export interface TestServiceOptions {
  readonly service: ServiceName;
  readonly url: string;
  readonly controllers?: readonly Type[];
  readonly role?: BaseConfig['ROLE'];
  readonly clock?: Clock;
  readonly environment?: Readonly<Record<string, string>>;
  /** Absent: the embedded bus in the service's own database. */
  readonly bus?: EventBus;
}

/** A real Nest application that produces and consumes, with what the service kit provides. */
export async function startTestService(options: TestServiceOptions): Promise<INestApplication> {
  const environment = { DATABASE_URL: options.url, ROLE: options.role ?? 'both', ...options.environment };
  const config = baseConfig.parse(environment);

  const openDatabase = async () => {
    const source = { url: options.url, poolSize: 10, entities: [], migrations: [] };
    return new Database(await createDataSource(source).initialize());
  };

  @Global()
  @Module({
    providers: [
      { provide: Clock, useValue: options.clock ?? new Clock() },
      Ids,
      { provide: Database, useFactory: openDatabase },
      { provide: LOGGER, useValue: silent },
    ],
    exports: [Clock, Ids, Database, LOGGER],
  })
  class KitModule {}

  const builder = Test.createTestingModule({
    imports: [KitModule, EventingModule.forRoot({ service: options.service, config })],
    controllers: [...(options.controllers ?? [])],
  });
  if (options.bus) builder.overrideProvider(EVENT_BUS).useValue(options.bus);
  const app = (await builder.compile()).createNestApplication(new FastifyAdapter(), { logger: false });
  connectEvents(app);
  try {
    await app.startAllMicroservices();
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}
