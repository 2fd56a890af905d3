export { CreateWorkQueue1763600000010 } from './migrations/create-work-queue.migration.js';
export { Blocked, Interrupted, LeaseLost, lookAgainAbout, lookAgainIn, type Outcome, settled } from './outcome.js';
export { ReconcileModule, reconcileEntities, reconcileMigrations } from './reconcile.module.js';
export { ReconcileRunner } from './reconcile-runner.js';
export type { ReconcileContext, ReconcileOptions, Reconciler } from './reconciler.js';
export { type DeadlineName, type EnqueueOptions, WorkQueue } from './work-queue.js';
