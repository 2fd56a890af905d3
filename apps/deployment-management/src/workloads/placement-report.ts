import type { PlacementProof } from '@berth/contracts/deployment';
import { type DesiredWorkload, type ObservedWorkload, type Place, placesOf, spelled } from '@berth/contracts/runtime';
import type { PlacementReport } from '../clusters/placement.js';
import { isCurrent, isServed, judgeRollout } from './rollout.js';
import type { Observation } from './workload-reports.js';

/** What is to be said of a workload on the cluster where it was observed. Pure. */
export function placementReportOf({ view: { workload }, desired, observed }: Observation): PlacementReport {
  if (!desired) return { phase: 'empty', message: null, proof: null };
  const proof = proofOf(desired, observed);
  const rollout = judgeRollout(desired, observed);
  if (rollout.kind === 'failed') return { phase: 'failing', message: rollout.failure.message, proof };
  if (rollout.kind === 'progressing') return { phase: 'rolling', message: rollout.message, proof };
  if (workload.state === 'stopped') return { phase: 'stopped', message: null, proof };
  if (isServed(desired, observed)) return { phase: 'live', message: null, proof };
  return { phase: 'rolling', message: 'No instance gets requests there yet', proof };
}

export const sameReport = (one: PlacementReport | null, other: PlacementReport): boolean =>
  one !== null && textOf(one) === textOf(other);

/** One that was stored has its fields in another order. */
function textOf({ phase, message, proof }: PlacementReport): string {
  if (!proof) return JSON.stringify([phase, message]);
  const { release, artifactDigest, configHash, instances, routeAccepted } = proof;
  return JSON.stringify([phase, message, release, artifactDigest, configHash, instances, routeAccepted]);
}

function proofOf(desired: DesiredWorkload, observed: ObservedWorkload | null): PlacementProof | null {
  const { release } = desired;
  const proven = (observed?.instances ?? []).filter((each) => each.state === 'ready' && isCurrent(each, desired));
  if (proven.length === 0) return null;
  const accepted = new Set((observed?.routes ?? []).filter((route) => route.accepted).map(spelled));
  const isAccepted = (place: Place): boolean => accepted.has(spelled(place));
  return {
    ...{ release: release.number, artifactDigest: release.artifact.digest, configHash: release.configHash },
    instances: proven.map(({ id }) => id).sort(),
    routeAccepted: placesOf(desired).every(isAccepted),
  };
}
