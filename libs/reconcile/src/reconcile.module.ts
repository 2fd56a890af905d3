import { type DynamicModule, Module } from '@nestjs/common';
import type { BaseConfig } from '@berth/service-kit';
import type { EntityTarget, MigrationInterface, ObjectLiteral } from 'typeorm';
import { CreateWorkQueue1763600000010 } from './migrations/create-work-queue.migration.js';
import { BlockedKeys1763800000310 } from './migrations/blocked-keys.migration.js';
import { LimitGroups1763800000005 } from './migrations/limit-groups.migration.js';
import { RECONCILE_CONFIG, ReconcileRunner } from './reconcile-runner.js';
import { WakeBus } from './wake-bus.js';
import { WorkQueue } from './work-queue.js';

/** Add them to the service's own. */
export const reconcileMigrations: readonly (new () => MigrationInterface)[] = [
  CreateWorkQueue1763600000010,
  LimitGroups1763800000005,
  BlockedKeys1763800000310,
];

/** None: the queue's tables are reached by SQL alone. */
export const reconcileEntities: readonly EntityTarget<ObjectLiteral>[] = [];

/** Global. Needs Database, Clock, Ids and LOGGER of the service kit. */
@Module({})
export class ReconcileModule {
  static forRoot(options: { readonly config: BaseConfig }): DynamicModule {
    return {
      module: ReconcileModule,
      global: true,
      providers: [{ provide: RECONCILE_CONFIG, useValue: options.config }, WakeBus, WorkQueue, ReconcileRunner],
      exports: [WorkQueue, ReconcileRunner],
    };
  }
}
