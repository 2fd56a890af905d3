import type { Condition, Release } from '@berth/contracts/deployment';
import type { ClusterPointer } from '../clusters/cluster.js';
import { isInRegions } from '../clusters/placement.js';
import { mostInstancesOf, type WorkloadRow } from '../workloads/workload.js';

/** A cluster that answers again has to go on doing so before anything comes to it by itself. */
export const STEADY_SECONDS = 60;
/** Where it did not arrive it is not tried again sooner: counted from the failure, which came a deadline after it set out. */
const RETRY_SECONDS = 300;

export interface FailoverRow {
  readonly environmentId: string;
  readonly afterSeconds: number;
  readonly workersMayRunTwice: boolean;
}

/** A workload whose cluster has not answered for longer than its environment waits. */
export interface Stranded extends FailoverRow {
  readonly clusterId: string;
  readonly cluster: string;
  readonly unreachableSince: string;
}

/** Where it might go. */
export interface Candidate extends ClusterPointer {
  readonly name: string;
  readonly region: string | null;
  readonly isOwn: boolean;
  readonly isCordoned: boolean;
  readonly conditions: readonly Condition[];
  /** When it was given up the last time that it did not arrive there. */
  readonly failedAt: Date | null;
  /** What its environment had there is still being taken away. */
  readonly isSpaceEnding: boolean;
  /** How many of its environment are there. */
  readonly companions: number;
  readonly workloads: number;
}

/** Why a workload stays on a cluster that does not answer; null when it may leave. */
export function whyItStays(
  workload: Pick<WorkloadRow, 'state' | 'counts' | 'autoscaling' | 'volumes'>,
  release: Pick<Release, 'processes'> | undefined,
  { workersMayRunTwice }: Pick<FailoverRow, 'workersMayRunTwice'>,
): string | null {
  if (workload.volumes.length > 0) return 'It has volumes, which one cluster at a time may write to.';
  if (workersMayRunTwice) return null;
  const workers = (release?.processes ?? [])
    .map(({ name }) => name)
    .filter((name) => name !== 'web' && mostInstancesOf(workload, name) > 0);
  if (workers.length === 0) return null;
  return `It runs ${workers.join(', ')} beside web: elsewhere they would run twice, which its environment does not accept.`;
}

/** What a choice is made by. */
export interface Choice {
  readonly regions: readonly string[];
  readonly unreachableSince: Date;
  readonly now: Date;
}

/** Those that can take it, best first; and why others cannot. */
export function destinationsAmong(
  candidates: readonly Candidate[],
  { regions, unreachableSince, now }: Choice,
): { readonly fit: readonly Candidate[]; readonly refusals: readonly string[] } {
  const judged = candidates.map((candidate) => ({ candidate, why: whyNot(candidate, regions, now) }));
  const fit = judged.filter(({ why }) => why === null).map(({ candidate }) => candidate);
  const refusals = judged.flatMap(({ candidate, why }) => (why === null ? [] : [`${candidate.name} ${why}`]));
  return { fit: fit.sort(bestFirst(unreachableSince)), refusals };
}

/** Beside the others of its environment, else where least is; where it has failed meanwhile, last, by turns. */
function bestFirst(unreachableSince: Date): (a: Candidate, b: Candidate) => number {
  const failure = ({ failedAt }: Candidate): number =>
    failedAt && failedAt >= unreachableSince ? failedAt.getTime() : 0;
  return (a, b) => failure(a) - failure(b) || b.companions - a.companions || a.workloads - b.workloads;
}

function whyNot(candidate: Candidate, regions: readonly string[], now: Date): string | null {
  const { region, isCordoned, failedAt, isSpaceEnding } = candidate;
  if (!isInRegions(region, regions)) return `is not in ${regions.join(', ')}`;
  if (isCordoned) return 'is cordoned';
  if (isSpaceEnding) return 'still takes away what was there before';
  if (failedAt && isWithin(failedAt, RETRY_SECONDS, now)) return 'was tried a moment ago';
  return whyNotTrusted(candidate, now);
}

/** Why nothing is left to it at once; null when it answers, and has for a while. */
export function whyNotTrusted({ isOwn, conditions }: Candidate, now: Date): string | null {
  const reachable = conditions.find(({ type }) => type === 'Reachable');
  // The installation's own cluster is looked at only where it is one of Kubernetes.
  if (!reachable) return isOwn ? null : 'was not looked at yet';
  if (reachable.reason === 'Refuses') return 'refuses the platform';
  if (reachable.status !== 'true') return 'does not answer';
  return isWithin(new Date(reachable.since), STEADY_SECONDS, now) ? 'answers again only since a moment ago' : null;
}

const isWithin = (moment: Date, seconds: number, now: Date): boolean =>
  now.getTime() - moment.getTime() < seconds * 1_000;
