import type { StatsSources, VolumeStats } from '@berth/contracts/runtime';
import { labelNames } from '@berth/kubernetes';
import type { Pod, VolumeClaim } from './cluster-objects.js';
import { quantity } from './instances.js';
import type { PodStorage } from './node-summaries.js';

export interface StorageStats {
  readonly ownBytes: number | null;
  readonly volumes: readonly VolumeStats[];
  readonly source: StatsSources['storage'];
}

/** Who said how much is in use, and what. */
export interface SaidStorage extends PodStorage {
  readonly source: NonNullable<StatsSources['storage']>;
}

/**
 * What a pod holds: in use by what was said of it (`null`: nothing), provisioned by its claims. What nobody said is null,
 * never a guess.
 */
export function storageStats(pod: Pod, claims: readonly VolumeClaim[], said: SaidStorage | null): StorageStats {
  const names = new Set(pod.spec.volumes?.map((each) => each.persistentVolumeClaim?.claimName));
  const volumes = claims
    .filter(({ metadata }) => names.has(metadata.name) && metadata.namespace === pod.metadata.namespace)
    .map(({ metadata, status }) => ({
      id: metadata.labels?.[labelNames.volume] ?? '',
      usedBytes: said?.claims.get(metadata.name) ?? null,
      capacityBytes: quantity(status?.capacity?.['storage']),
    }))
    .filter(({ id }) => id !== '');
  return { ownBytes: said?.ownBytes ?? null, volumes, source: said?.source ?? null };
}
