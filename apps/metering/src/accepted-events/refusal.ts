import type { CloudEvent } from '@berth/contracts/events';

/** Why an event is not believed. It becomes a dead letter with this as its reason; nothing of it takes effect. */
export type Refusal = 'foreign_source' | 'contradictory' | 'future_dated' | 'foreign_tenant';

/** Thrown by a handler: the event is kept among the dead letters, to be replayed or dropped by command. */
export class Refused extends Error {
  constructor(
    readonly refusal: Refusal,
    explanation: string,
  ) {
    super(`${refusal}: ${explanation}`);
    this.name = 'Refused';
  }
}

interface AboutAWorkload {
  readonly workloadId: string;
  readonly organizationId: string;
}

/** Allocations of workloads and volumes; the facts that follow from the end of a build, from what left in an hour, or of a domain. */
const PRODUCERS = /^\/berth\/(deployment-management(#[123])?|build#[123])$/;

/** How far ahead of ours a producer's clock may be, in milliseconds. Within it, its word is taken as it is. */
export const CLOCK_SKEW = 300_000;

/**
 * Checks what the schema cannot: who says it, whether the envelope and the data agree, and that `at`, the moment that
 * it is about, is not in the future.
 * @throws Refused
 */
export function requireBelievable(
  { source, subject, organizationid, data }: CloudEvent<AboutAWorkload>,
  at: Date,
  now: Date,
): void {
  if (!PRODUCERS.test(source)) throw new Refused('foreign_source', `${source} states no allocations`);
  if (subject !== data.workloadId) throw new Refused('contradictory', `the subject is ${subject}, not the workload`);
  if (organizationid !== undefined && organizationid !== data.organizationId)
    throw new Refused('contradictory', 'the envelope names another organization than the data');
  if (at.getTime() > now.getTime() + CLOCK_SKEW)
    throw new Refused('future_dated', `${at.toISOString()} is more than ${CLOCK_SKEW / 1_000} s ahead`);
}

/** @throws Refused when a workload is told to be somebody else's than it was so far */
export function requireTenant(known: string, told: string): void {
  if (known !== told) throw new Refused('foreign_tenant', `the workload belongs to organization ${known}, not ${told}`);
}
