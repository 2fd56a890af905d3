import type { CloudEvent } from '@berth/contracts/events';

/**
 * `failed`: could not be handled, parks its key; `parked`: waits behind it; `replayed` and `discarded` are history.
 */
export type DeadLetterState = 'failed' | 'parked' | 'replayed' | 'discarded';

/** An event that did not take effect, and what became of it. */
export interface DeadLetter {
  /** Id of the event. */
  readonly id: string;
  readonly key: string;
  readonly event: CloudEvent;
  readonly state: DeadLetterState;
  /** What its handler threw last; null while it only waits. */
  readonly error: string | null;
  readonly attempts: number;
  /** Why it was replayed or discarded. */
  readonly reason: string | null;
  readonly createdAt: Date;
}

export interface DeadLetterRow {
  readonly id: string;
  readonly seq: string;
  readonly key: string;
  readonly event: CloudEvent;
  readonly state: DeadLetterState;
  readonly error: string | null;
  readonly attempts: number;
  readonly reason: string | null;
  readonly created_at: Date;
}

export const deadLetterOf = ({ seq: _, created_at, ...row }: DeadLetterRow): DeadLetter => ({
  ...row,
  createdAt: created_at,
});
