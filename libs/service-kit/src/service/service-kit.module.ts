import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import type { BaseConfig } from '../config/base-config.js';
import { HealthController } from '../health/health.controller.js';
import { Readiness } from '../health/readiness.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { Routes } from '../http/routes.js';
import { ValidatedArguments } from '../http/validated-arguments.js';
import { kitMigrations } from '../idempotency/idempotency.migration.js';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.js';
import { createLogger, LOGGER, type Logger } from '../logging/logger.js';
import { databaseTrust } from '../tls/certificates.js';
import { createDataSource, migrate } from '../persistence/data-source.js';
import { Database } from '../persistence/database.js';
import { DatabaseRole } from '../persistence/database-role.js';
import { Clock } from '../time/clock.js';
import { Ids } from '../time/ids.js';
import { Rounds } from '../time/rounds.js';
import { CertificateRenewal } from '../tls/certificate-renewal.js';
import { CONFIG } from './config-token.js';
import type { ServiceDefinition } from './service-definition.js';

/** Global: database, clock, ids, logger, configuration, and what every HTTP edge does alike. */
@Module({})
export class ServiceKitModule {
  static forRoot<Config extends BaseConfig>(definition: ServiceDefinition<Config>, config: Config): DynamicModule {
    return {
      module: ServiceKitModule,
      global: true,
      imports: [DiscoveryModule],
      controllers: [HealthController],
      providers: [
        Clock,
        Readiness,
        Ids,
        Rounds,
        CertificateRenewal,
        IdempotencyInterceptor,
        Routes,
        ValidatedArguments,
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useFactory: () => createLogger(definition.name, config.LOG_LEVEL) },
        { provide: Database, useFactory: () => openDatabase(definition, config) },
        {
          provide: DatabaseRole,
          inject: [Database, LOGGER],
          useFactory: (database: Database, logger: Logger) => new DatabaseRole(definition.name, database, logger),
        },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [Clock, Ids, Rounds, CONFIG, LOGGER, Database, Readiness, Routes],
    };
  }
}

/** The service's migrations after the kit's own. */
export const allMigrations = (definition: ServiceDefinition<never>) => [...kitMigrations, ...definition.migrations];

async function openDatabase<Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
  config: Config,
): Promise<Database> {
  const dataSource = createDataSource({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    ...databaseTrust(config),
    entities: definition.entities,
    migrations: [...kitMigrations, ...definition.migrations],
  });
  await dataSource.initialize();
  if (config.MIGRATE) await migrate(dataSource);
  return new Database(dataSource);
}
