import type { Fact } from '@berth/billing';
import {
  buildCancelled,
  buildFailed,
  buildSucceeded,
  type CloudEvent,
  type DataOf,
  domainSnapshot,
  egressMeasured,
  type workloadAllocationHeartbeat,
  workloadAllocationSnapshot,
} from '@berth/contracts/events';
import type { MeteredAllocation } from '@berth/contracts/metering';

/** An event that says what a workload, a volume or a domain has allocated. */
export type AllocationEvent = CloudEvent<MeteredAllocation>;
/** An event that says which version of it still holds. */
export type HeartbeatEvent = CloudEvent<DataOf<typeof workloadAllocationHeartbeat>>;

/** Order of the facts about one workload. The epoch grows when the producer's database was restored from a backup. */
export interface Position {
  readonly epoch: number;
  readonly version: number;
}

export interface AcceptedAllocation extends Pick<Fact, 'epoch' | 'isSnapshot' | 'data'> {
  /** When the producer told it. */
  readonly time: Date;
  /** Follows from what is told when it is over, as builds and hours of traffic are: it is never told in time. */
  readonly isOfThePast: boolean;
}

export const isSnapshot = (event: CloudEvent): boolean =>
  event.type === workloadAllocationSnapshot.type || event.type === domainSnapshot.type;

/** Types of events that are told when what they tell of is over. */
export const typesOfThePast: readonly string[] = [buildCancelled, buildFailed, buildSucceeded, egressMeasured].map(
  ({ type }) => type,
);

export const factOf = (event: AllocationEvent): AcceptedAllocation => ({
  epoch: event.epoch,
  isSnapshot: isSnapshot(event),
  time: new Date(event.time),
  isOfThePast: typesOfThePast.includes(event.type),
  data: event.data,
});

export const positionOf = ({ epoch, data }: Pick<AllocationEvent, 'epoch' | 'data'> | HeartbeatEvent): Position => ({
  epoch,
  version: data.allocationVersion,
});

export const isAfter = (a: Position, b: Position): boolean =>
  a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);

/**
 * Said of the facts of a volume, a meter or a domain in a restored database: no snapshot of them is asked for, so that the first
 * of an epoch is believed without the versions before it.
 */
export const bridgeOf = (epoch: number): Pick<MeteredAllocation, 'followsEpochs'> =>
  epoch > 0 ? { followsEpochs: true } : {};

/** Whether nothing is missing between `former` and `next`. */
export const follows = (former: Position, next: Position): boolean =>
  next.version === former.version + 1 && (next.epoch === former.epoch || former.version === 0);

/** Nothing was told yet. */
export const beginning: Position = { epoch: 0, version: 0 };
