import {
  type CloudEvent,
  type DataOf,
  type DomainAttachment,
  domainAttached,
  domainRemoved,
  domainSnapshot,
} from '@berth/contracts/events';
import { type AllocationEvent, bridgeOf } from '../accepted-events/accepted-event.js';
import { Refused } from '../accepted-events/refusal.js';

export type DomainEvent = CloudEvent<DataOf<typeof domainAttached>>;

export const domainTypes: readonly string[] = [domainAttached, domainRemoved, domainSnapshot].map(({ type }) => type);

/** A host leads to a workload wherever that is; whoever visits reaches its instances of this process type. */
const SIZE = { cluster: 'domains', processType: 'web', release: 0, cpuMillicores: 0, memoryMib: 0 };
const ATTACHED = [{ ...SIZE, instances: 1, domains: 1 }];

/**
 * A domain is metered as a workload of its own. Each event states a whole attachment, so that one that is over is two facts
 * whether or not its beginning was heard of: a missing event loses nothing that a later one says.
 * @throws Refused when the event contradicts itself
 */
export function factsOf(event: DomainEvent): AllocationEvent[] {
  const { attachment, organizationId, projectId, environmentId, appId, domainId } = event.data;
  if (!attachment) return [];
  if (event.source !== '/berth/deployment-management')
    throw new Refused('foreign_source', `only /berth/deployment-management states domains, not ${event.source}`);
  // In the log, what was told at once stands before the same that is repeated later.
  const first = event.type === domainAttached.type ? 1 : 2;
  return changesOf(attachment).map(({ version, effectiveAt, entries }, index) => ({
    ...event,
    source: `${event.source}#${first + index}`,
    data: {
      ...{ organizationId, projectId, environmentId, appId, workloadId: domainId },
      ...{ allocationVersion: version, effectiveAt, entries },
      ...bridgeOf(event.epoch),
    },
  }));
}

/** As on invoices: `shop.example.com`, or `shop.example.com/api` where it is a path of the host. */
export const nameOf = ({ data: { organizationId, domainId, host, path = '' } }: DomainEvent) => ({
  ...{ organizationId, id: domainId, name: `${host}${path}` },
});

/** @throws Refused when it ends before it begins */
function changesOf({ number, from, to }: DomainAttachment) {
  if (to !== null && to < from) throw new Refused('contradictory', 'the attachment ended before it began');
  const end = to === null ? [] : [{ version: 2 * number, effectiveAt: to, entries: [] }];
  return [{ version: 2 * number - 1, effectiveAt: from, entries: ATTACHED }, ...end];
}
