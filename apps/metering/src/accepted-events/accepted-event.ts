import type { Allocation, CloudEvent } from '@berth/contracts/events';

/** An event that says what a workload has allocated. */
export type AllocationEvent = CloudEvent<Allocation>;

/** Order of the facts about one workload. The epoch grows when the producer's database was restored from a backup. */
export interface Position {
  readonly epoch: number;
  readonly version: number;
}

export interface AcceptedAllocation extends Position {
  readonly isSnapshot: boolean;
  /** When the producer told it. */
  readonly time: Date;
  readonly data: Allocation;
}

export const isAfter = (a: Position, b: Position): boolean =>
  a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);

/** Whether nothing is missing between `former` and `next`. */
export const follows = (former: Position, next: Position): boolean =>
  next.version === former.version + 1 && (next.epoch === former.epoch || former.version === 0);

/** Nothing was told yet. */
export const beginning: Position = { epoch: 0, version: 0 };
