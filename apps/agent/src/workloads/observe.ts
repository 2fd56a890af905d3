import {
  type DesiredVolume,
  type DesiredWorkload,
  type ObservedInstance,
  type ObservedWorkload,
  type Place,
  placesOf,
} from '@berth/contracts/runtime';
import type { InstanceSpec } from './instance.js';
import type { InstanceState } from './instance-state.js';
import type { Trouble } from './trouble.js';
import { observedVolumes } from './volume-folders.js';

export interface ObservedParts {
  readonly desired: DesiredWorkload;
  readonly instances: readonly ObservedInstance[];
  readonly accepts: (place: Place) => boolean;
  readonly volumes: readonly DesiredVolume[];
  readonly changedAt: number;
  readonly trouble: Trouble | null;
  readonly canaryWeight?: number | undefined;
}

export const observeWorkload = (parts: ObservedParts): ObservedWorkload => ({
  workloadId: parts.desired.workloadId,
  observedGeneration: parts.desired.generation,
  ...(parts.desired.onTrial && { onTrial: true }),
  instances: [...parts.instances],
  routes: placesOf(parts.desired).map((place) => ({ ...place, accepted: parts.accepts(place) })),
  ...(parts.canaryWeight !== undefined && { canaryWeight: parts.canaryWeight }),
  volumes: observedVolumes(parts.volumes),
  changedAt: toInstant(parts.changedAt),
  trouble: parts.trouble,
});

export function observeInstance(
  id: string,
  spec: InstanceSpec,
  state: InstanceState,
  routed: boolean,
): ObservedInstance {
  const { release, restartToken } = spec.desired;
  return {
    id,
    processType: spec.process.name,
    release: release.number,
    releaseHash: release.hash,
    artifactDigest: release.artifact.digest,
    configHash: release.configHash,
    restartToken,
    cpuMillicores: spec.process.cpuMillicores,
    memoryMib: spec.process.memoryMib,
    state: state.phase,
    routed,
    restarts: state.restarts,
    startedAt: toInstant(state.startedAt),
    readySince: state.readySince === null ? null : toInstant(state.readySince),
    lastExit: state.lastExit,
    trouble: state.trouble,
  };
}

const toInstant = (milliseconds: number): string => new Date(milliseconds).toISOString();
