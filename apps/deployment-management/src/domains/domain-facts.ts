import type { DomainAttachment, DomainFact } from '@berth/contracts/events';
import { currentEpoch } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { type DomainRow, placeOf } from './domain.js';

/** What is told of a domain. */
export function factOf(domain: DomainRow) {
  const { id: domainId, organizationId, projectId, environmentId, appId, workloadId } = domain;
  const place = placeOf(domain);
  const data: DomainFact = { organizationId, projectId, environmentId, appId, workloadId, domainId, ...place };
  return { subject: domainId, organizationId, data };
}

/**
 * With its last attachment. Of before a restore of this database others know more: it holds at the earliest since the epoch
 * began, in each event that speaks of it.
 */
export async function attachedFactOf(tx: Tx, domain: DomainRow) {
  const { data, ...fact } = factOf(domain);
  const { beganAt } = await currentEpoch(tx);
  return { ...fact, data: { ...data, attachment: attachmentOf(domain, beganAt) } };
}

function attachmentOf({ attachment: number, attachedAt, detachedAt }: DomainRow, since: Date | null): DomainAttachment {
  const from = later(attachedAt ?? new Date(0), since);
  return { number, from: from.toISOString(), to: detachedAt && later(detachedAt, from).toISOString() };
}

const later = (at: Date, other: Date | null): Date => (other && other > at ? other : at);
