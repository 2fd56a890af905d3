import type { Cluster, ClusterSettings, Condition } from '@berth/contracts/deployment';

/** A cluster as it is stored, without its credentials. */
export interface ClusterRow {
  readonly id: string;
  readonly name: string;
  readonly region: string | null;
  readonly isOwn: boolean;
  readonly isCordoned: boolean;
  readonly server: string | null;
  readonly settings: ClusterSettings | null;
  /** Of its gateway, as the world reaches it: IP addresses, or one name. */
  readonly address: string[];
  /** Raised whenever whoever speaks to the cluster has to begin anew: with other credentials, or in another way. */
  readonly runtimeVersion: number;
  /** How often in a row it could not be asked. */
  readonly failedLooks: number;
  readonly conditions: readonly Condition[];
  readonly workloads: number;
  readonly generation: number;
  readonly createdAt: Date;
}

/** What says whom to ask about a workload. */
export type ClusterPointer = Pick<ClusterRow, 'id' | 'runtimeVersion'>;

export function toCluster(row: ClusterRow): Cluster {
  const { runtimeVersion: _r, failedLooks: _f, ...rest } = row;
  return { ...rest, conditions: [...row.conditions], createdAt: row.createdAt.toISOString() };
}
