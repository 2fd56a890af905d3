import { type DataOf, egressMeasured, workloadAllocationHeartbeat } from '@berth/contracts/events';
import {
  type AllocationEvent,
  beginning,
  type HeartbeatEvent,
  isAfter,
  isSnapshot,
  type Position,
  positionOf,
} from '../accepted-events/accepted-event.js';
import { requireBelievable } from '../accepted-events/refusal.js';
import { domainTypes } from './domain.js';
import { volumeTypes } from './volume.js';

const unconfirmedTypes: readonly string[] = [...volumeTypes, ...domainTypes, egressMeasured.type];

/** What is told about workloads: what they have allocated, or that it is still so. */
export type Told = AllocationEvent | HeartbeatEvent;

/** What a run of events says about one workload. */
export interface Telling {
  readonly workloadId: string;
  readonly organizationId: string;
  /** The newest version that was told to exist, whether or not its content was. */
  readonly seen: Position;
  /** Whether it shows that the owner follows the workload; a snapshot that was asked for does not. */
  readonly isHeard: boolean;
  /** Versions that still held at a moment. */
  readonly confirmed: readonly { readonly position: Position; readonly at: Date }[];
  /** Nobody says of it that it is still so, and its owner is asked for no snapshot of it: a volume, a domain, or a meter of what leaves. */
  readonly isUnconfirmed: boolean;
  /** In order of arrival. */
  readonly allocations: readonly AllocationEvent[];
}

export const isHeartbeat = (event: Told): event is HeartbeatEvent => event.type === workloadAllocationHeartbeat.type;

/** The moment that an event is about. */
const momentOf = (event: Told): Date =>
  new Date(isHeartbeat(event) ? event.data.confirmedAt : (event as AllocationEvent).data.effectiveAt);

/**
 * By workload. A workload of two organizations is two of them: one of them is refused.
 * @throws Refused when one of the events is not to be believed
 */
export function tellingsOf(events: readonly Told[], now: Date): Telling[] {
  for (const event of events) requireBelievable(event, momentOf(event), now);
  const groups = Map.groupBy(events, ({ data }) => `${data.workloadId} ${data.organizationId}`);
  return [...groups.values()].map(tellingOf);
}

function tellingOf(events: readonly Told[]): Telling {
  const { workloadId, organizationId } = events[0]?.data as DataOf<typeof workloadAllocationHeartbeat>;
  const newest = events.map(positionOf).reduce((a, b) => (isAfter(b, a) ? b : a), beginning);
  return {
    ...{ workloadId, organizationId, seen: newest },
    isUnconfirmed: events.some(({ type }) => unconfirmedTypes.includes(type)),
    isHeard: events.some((event) => !isSnapshot(event)),
    confirmed: events.filter(isHeartbeat).map((event) => ({ position: positionOf(event), at: momentOf(event) })),
    allocations: events.filter((event): event is AllocationEvent => !isHeartbeat(event)),
  };
}
