import type { Tx } from '@berth/service-kit';
import type { Outcome } from './outcome.js';

/** What one run of a reconciler may use. */
export interface ReconcileContext {
  /** Aborted when the lease is lost (reason `LeaseLost`), on `interrupt()`, and at shutdown (reason `Interrupted`). */
  readonly signal: AbortSignal;
  /** 1 for the first run, and one more for each failure in a row. */
  readonly attempt: number;
  /**
   * A transaction that commits only while this run holds the key. Never wait for the outside world in it: one that is
   * idle for 4 s is ended by the database.
   * @throws LeaseLost before `work` starts
   */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

/** Makes the world match what is wanted for one key. Never two runs on a key at once. */
export interface Reconciler {
  reconcile(key: string, context: ReconcileContext): Promise<Outcome>;
  /**
   * Ends what overran its deadline, inside the transaction that deletes the deadline and takes the key away from
   * whoever works on it. Writes to the database only. A throw rolls back and is retried with backoff.
   */
  overdue?(key: string, deadline: string, tx: Tx): Promise<void>;
}

export interface ReconcileOptions {
  /** Keys worked on at once by this process. Default 8. */
  readonly concurrency?: number;
  /** A worker that is silent for so long has lost its key. Default 30. */
  readonly leaseSeconds?: number;
  /** Settled keys run again after about so many seconds, spread; null: never by themselves. Default null. */
  readonly resyncSeconds?: number | null;
  /** Keys of one group worked on at once by all processes together. Default: no limit. */
  readonly perGroup?: number;
}

export type ResolvedOptions = Required<ReconcileOptions>;

const unlimited = 2_147_483_647;

export const resolveOptions = (options: ReconcileOptions): ResolvedOptions => ({
  concurrency: options.concurrency ?? 8,
  leaseSeconds: options.leaseSeconds ?? 30,
  resyncSeconds: options.resyncSeconds ?? null,
  perGroup: options.perGroup ?? unlimited,
});
