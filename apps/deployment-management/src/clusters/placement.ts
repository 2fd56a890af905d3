import type {
  InstanceCounts,
  Placement,
  PlacementPhase,
  PlacementProof,
  PlacementState,
} from '@berth/contracts/deployment';
import type { ClusterPointer } from './cluster.js';

/** What was seen of a workload on one cluster. */
export interface PlacementReport {
  readonly phase: PlacementPhase;
  readonly message: string | null;
  readonly proof: PlacementProof | null;
}

/** A workload on one cluster, as it is stored. */
export interface PlacementRow extends ClusterPointer {
  /** Of the cluster; its `id` is the cluster's, too. */
  readonly cluster: string;
  readonly region: string | null;
  /** The cluster was given up: nothing of the workload is there, and nothing comes there. */
  readonly isGone: boolean;
  readonly state: PlacementState;
  /** It answers for the workload, or is to: there is one that does at any time. */
  readonly isFirst: boolean;
  /** Of one that is not the first. */
  readonly counts: InstanceCounts;
  readonly report: PlacementReport | null;
  /** Looks in a row found that the cluster cannot be asked: it does not answer, or refuses the platform. */
  readonly isOutOfReach: boolean;
  /** Of these two it is the latter. */
  readonly isRefused: boolean;
  /** How long the former one goes on serving when this one takes its place. */
  readonly drainSeconds: number;
  readonly drainUntil: Date | null;
  /** Of a former first: until then it serves on at least until the new first runs what the workload is to run. */
  readonly waitsUntil: Date | null;
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
  const there = placements.find(({ id, isFirst }) => id === clusterId && isFirst)?.state;
  const others = placements.filter(({ id, state, isFirst }) => isFirst && state === 'arriving' && id !== clusterId);
  return { arrives: there !== 'active' && there !== 'arriving', turnsFrom: others.map(({ id }) => id) };
}

/** Whether a workload stands on a cluster beside its first, or is on its way there. */
export const isBeside = (placements: readonly PlacementRow[], clusterId: string): boolean =>
  placements.some(
    ({ id, isFirst, state }) => id === clusterId && !isFirst && (state === 'active' || state === 'arriving'),
  );

/** Whether it stands there, or is on its way there. One that was removed may have had the name of another. */
export const isWanted = ({ state }: Pick<PlacementRow, 'state'>): boolean => state === 'active' || state === 'arriving';

/** Why nothing is known of a workload there. */
export const notAsked = ({ isRefused }: Pick<PlacementRow, 'isRefused'>, { message }: Error): string =>
  isRefused ? `The cluster refuses the platform: ${message}` : `The cluster could not be asked: ${message}`;

export const isInRegions = (region: string | null, regions: readonly string[]): boolean =>
  regions.length === 0 || (region !== null && regions.includes(region));

export const toPlacement = (row: PlacementRow): Placement => {
  const { cluster, region, state, isFirst, counts, report, message, isFailover, drainUntil, createdAt } = row;
  const seen = state === 'failed' ? null : report;
  return {
    ...{ cluster, region, state, isFirst, counts, isFailover },
    ...{ phase: seen?.phase ?? null, proof: seen?.proof ?? null, message: message ?? seen?.message ?? null },
    drainUntil: drainUntil?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
};
