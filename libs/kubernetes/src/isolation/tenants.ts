import type { ClusterSettings, EnvironmentSpace } from '../manifests/settings.js';

/** Two environments of organizations that have nothing to do with each other. */
export interface Tenants {
  /** Tries to get at what is not its own. */
  readonly intruder: EnvironmentSpace;
  readonly neighbour: EnvironmentSpace;
}

/** What walls are made of, as far as it depends on the cluster. */
export type WallSettings = Pick<ClusterSettings, 'dnsNamespace'>;
