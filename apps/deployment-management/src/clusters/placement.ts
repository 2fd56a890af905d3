import type { Placement, PlacementState } from '@berth/contracts/deployment';
import type { ClusterPointer } from './cluster.js';

/** A workload on one cluster, as it is stored. */
export interface PlacementRow extends ClusterPointer {
  /** Of the cluster; its `id` is the cluster's, too. */
  readonly cluster: string;
  readonly region: string | null;
  /** The cluster was given up: nothing of the workload is there, and nothing comes there. */
  readonly isGone: boolean;
  readonly state: PlacementState;
  /** How long the former one goes on serving when this one takes its place. */
  readonly drainSeconds: number;
  readonly drainUntil: Date | null;
  readonly message: string | null;
  /** The platform chose it, because the cluster before did not answer. */
  readonly isFailover: boolean;
  /** It is on its way there by failover, and the cluster that it leaves still does not answer. */
  readonly isRescue: boolean;
  readonly createdAt: Date;
}

/** What has to change so that a workload comes to stand on a cluster. */
export interface Turn {
  /** Whether it has to arrive there. */
  readonly arrives: boolean;
  /** Clusters that it was on its way to, which it turns away from. */
  readonly turnsFrom: readonly string[];
}

/** To where it stands already, a move is the end of any other. */
export function turnTo(placements: readonly PlacementRow[], clusterId: string): Turn {
  const there = placements.find(({ id }) => id === clusterId)?.state;
  const others = placements.filter(({ id, state }) => state === 'arriving' && id !== clusterId);
  return { arrives: there !== 'active' && there !== 'arriving', turnsFrom: others.map(({ id }) => id) };
}

/** Whether something of a workload is, or may come to be, on the cluster of a placement. */
export const isThere = ({ state }: Pick<PlacementRow, 'state'>): boolean => state !== 'failed';

export const isInRegions = (region: string | null, regions: readonly string[]): boolean =>
  regions.length === 0 || (region !== null && regions.includes(region));

export const toPlacement = (row: PlacementRow): Placement => {
  const { cluster, region, state, message, isFailover, drainUntil, createdAt } = row;
  return {
    ...{ cluster, region, state, message, isFailover },
    drainUntil: drainUntil?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
};
