import {
  baseConfig,
  Clock,
  createDataSource,
  createLogger,
  Database,
  Ids,
  LOGGER,
  type Logger,
} from '@berth/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ReconcileModule,
  ReconcileRunner,
  type ReconcileOptions,
  type Reconciler,
  WorkQueue,
} from '../../src/index.js';

@Module({})
class KitModule {}

const kitModule = (database: Database, logger: Logger, clock: Clock): DynamicModule => ({
  module: KitModule,
  global: true,
  providers: [
    Ids,
    { provide: Clock, useValue: clock },
    { provide: LOGGER, useValue: logger },
    { provide: Database, useValue: database },
  ],
  exports: [Ids, Clock, LOGGER, Database],
});

export interface ReconcileApp {
  readonly database: Database;
  readonly queue: WorkQueue;
  readonly runner: ReconcileRunner;
  close(): Promise<void>;
}

export interface ReconcileAppOptions {
  readonly url: string;
  readonly role?: 'api' | 'worker' | 'both';
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly reconcilers?: Readonly<Record<string, readonly [Reconciler, ReconcileOptions?]>>;
}

/** One process of a service as far as this library sees it: own pool, own listener, own loops. */
export async function startReconcileApp(options: ReconcileAppOptions): Promise<ReconcileApp> {
  const config = baseConfig.parse({ DATABASE_URL: options.url, ROLE: options.role ?? 'both' });
  const source = createDataSource({ url: options.url, poolSize: 10, entities: [], migrations: [] });
  const database = new Database(await source.initialize());
  const logger = options.logger ?? createLogger('reconcile-test', 'silent');
  const kit = kitModule(database, logger, options.clock ?? new Clock());
  const app = await NestFactory.createApplicationContext(
    { module: class AppModule {}, imports: [kit, ReconcileModule.forRoot({ config })] },
    { logger: false, abortOnError: false },
  );
  const runner = app.get(ReconcileRunner);
  for (const [queue, [reconciler, queueOptions]] of Object.entries(options.reconcilers ?? {}))
    runner.register(queue, reconciler, queueOptions);
  return { database, queue: app.get(WorkQueue), runner, close: () => app.close() };
}
