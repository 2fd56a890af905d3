import type { EntityTarget, MigrationInterface, ObjectLiteral } from 'typeorm';
import { CreateInbox1763683200002 } from './inbox/inbox.migration.js';
import { Epochs1763800000490 } from './outbox/epochs.migration.js';
import { CreateOutbox1763683200001 } from './outbox/outbox.migration.js';

/** The library speaks SQL and maps no entity; the array is there so that a service lists all libraries alike. */
export const eventingEntities: readonly EntityTarget<ObjectLiteral>[] = [];

/** Tables of outbox and inbox, for the explicit migration array of each service. */
export const eventingMigrations: readonly (new () => MigrationInterface)[] = [
  CreateOutbox1763683200001,
  CreateInbox1763683200002,
  Epochs1763800000490,
];
