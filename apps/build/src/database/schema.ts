import { accessEntities, accessMigrations } from '@berth/access';
import { eventingEntities, eventingMigrations } from '@berth/eventing';
import { reconcileEntities, reconcileMigrations } from '@berth/reconcile';
import type { EntityTarget, MigrationInterface, ObjectLiteral } from 'typeorm';
import { CreateBuilds1763600000100 } from './migrations/create-builds.migration.js';
import { LimitBuilds1763800000020 } from './migrations/limit-builds.migration.js';
import { MeasureBuilds1763800000060 } from './migrations/measure-builds.migration.js';
import { Retention1763800000050 } from './migrations/retention.migration.js';
import { RowSecurity1763800000070 } from './migrations/row-security.migration.js';
import { RowSecurityOfParts1763800000080 } from './migrations/row-security-of-parts.migration.js';

export const entities: readonly EntityTarget<ObjectLiteral>[] = [
  ...eventingEntities,
  ...reconcileEntities,
  ...accessEntities,
];
/** In the order of their timestamps as far as it matters: nothing of one part refers to another's tables. */
export const migrations: readonly (new () => MigrationInterface)[] = [
  ...eventingMigrations,
  ...reconcileMigrations,
  ...accessMigrations,
  CreateBuilds1763600000100,
  LimitBuilds1763800000020,
  Retention1763800000050,
  MeasureBuilds1763800000060,
  RowSecurity1763800000070,
  RowSecurityOfParts1763800000080,
];
