import {
  applicationOptions,
  type BaseConfig,
  Database,
  httpAdapter,
  loadConfig,
  prepare,
  rootModule,
  type RunningService,
  type ServiceDefinition,
  urlOf,
} from '@berth/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { testDatabase } from './test-database.js';

export interface TestService extends RunningService {
  /** The service's own connection pool, to assert rows and the outbox. */
  readonly database: Database;
  readonly databaseUrl: string;
}

export interface TestServiceOptions {
  /** Added to the environment; `DATABASE_URL` is made unless given. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Replaces edges only: Clock, Runtime, EventBus, Mailer, BuildExecutor, BlobStore. */
  readonly overrides?: readonly (readonly [token: unknown, value: unknown])[];
}

/** Boots the real service on a database of its own and a free port; `close` also drops the database it made. */
export async function startTestService<Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
  options: TestServiceOptions = {},
): Promise<TestService> {
  const made = options.environment?.['DATABASE_URL'] ? undefined : await testDatabase();
  const databaseUrl = options.environment?.['DATABASE_URL'] ?? made?.url ?? '';
  const config = loadConfig(definition.config, {
    LOG_LEVEL: 'error',
    DATABASE_URL: databaseUrl,
    ...options.environment,
  });
  const builder = Test.createTestingModule({ imports: [rootModule(definition, config)] });
  for (const [token, value] of options.overrides ?? []) builder.overrideProvider(token).useValue(value);
  const module = await builder.compile();
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(config), {
    ...applicationOptions,
    logger: ['error'],
  });
  await prepare(app, definition as unknown as ServiceDefinition<never>);
  await app.listen(config.PORT, config.HOST);
  const close = async () => {
    await app.close();
    await made?.drop();
  };
  return {
    url: await urlOf(app, config),
    app,
    close,
    database: app.get(Database),
    databaseUrl,
  };
}
