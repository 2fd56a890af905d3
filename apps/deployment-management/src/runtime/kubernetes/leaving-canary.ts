import { type DesiredCanary, type DesiredWorkload, placesOf } from '@berth/contracts/runtime';
import { canaryObjectName, deploymentName, labelNames } from '@berth/kubernetes';
import { type Doors, type Gateway, weightAt } from './accepted-routes.js';
import type { Deployment } from './cluster-objects.js';
import type { KnownWorkload } from './desired-record.js';

/** What the cluster shows of a workload whose canary leaves. */
export interface Scenery extends Doors {
  readonly deployments: readonly Deployment[];
  readonly gateway: Gateway;
}

/**
 * A canary that is stated no more, also when one of another release is, stays for as long as somebody may still be led to it: one whose release takes over, with
 * its weight, until the workload's own instances are of that release; any, without requests, until the gateway has said that
 * it leads nobody there. Null: there is none, or it may go. Pure, so that whoever looks next goes on from the record.
 */
export function leavingCanary(
  known: Pick<KnownWorkload, 'desired' | 'leaving'> | null,
  desired: DesiredWorkload,
  scenery: Scenery,
): DesiredCanary | null {
  const before = known?.leaving ?? known?.desired?.canary;
  if (!before || isStated(before, desired) || servesNobody(desired)) return null;
  const weight = isOf(before, desired) && !hasRolled(desired, scenery) ? before.weight : 0;
  if (before.weight === 0 && weight === 0 && isAlone(desired, scenery)) return null;
  return { ...before, environment: {}, weight };
}

/** What is stated on the cluster, with the canary that leaves: before another one is there, for both have the same names. */
export const withLeaving = (desired: DesiredWorkload, leaving: DesiredCanary | null): DesiredWorkload =>
  leaving ? { ...desired, canary: leaving } : desired;

/** What the cluster knows, but for a canary that has to wait for another one to leave. */
export function workedOn({ desired, leaving }: Pick<KnownWorkload, 'desired' | 'leaving'>): DesiredWorkload | null {
  if (!desired || !leaving) return desired;
  const { canary: _canary, ...workload } = desired;
  return workload;
}

type Released = Pick<DesiredWorkload, 'release'>;

const isOf = ({ release }: DesiredCanary, other: Released): boolean =>
  release.number === other.release.number && release.hash === other.release.hash;

const isStated = (canary: DesiredCanary, desired: DesiredWorkload): boolean =>
  desired.canary !== undefined && isOf(canary, desired.canary);

const servesNobody = ({ processes }: DesiredWorkload): boolean =>
  processes.every(({ name, instances }) => name !== 'web' || instances === 0);

/** The workload's own `web` is all of the release that is stated, and ready. */
function hasRolled(desired: DesiredWorkload, { deployments }: Scenery): boolean {
  const own = deployments.find(({ metadata }) => metadata.name === deploymentName(desired, 'web'));
  if (!own?.status || own.status.observedGeneration !== own.metadata.generation) return false;
  const made = own.spec?.template?.metadata?.annotations ?? {};
  const isOurs =
    made[labelNames.releaseHash] === desired.release.hash &&
    made[labelNames.release] === String(desired.release.number) &&
    made[labelNames.restartToken] === desired.restartToken;
  const wanted = own.spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = own.status;
  return isOurs && [replicas, updatedReplicas, availableReplicas].every((each) => each === wanted);
}

/** Nobody is led to the canary. */
const isAlone = (desired: DesiredWorkload, { gateway, ...doors }: Scenery): boolean =>
  placesOf(desired).length === 0 ||
  doors.routes.length + doors.ingresses.length === 0 ||
  weightAt(canaryObjectName(desired.name), doors, gateway) === 0;
