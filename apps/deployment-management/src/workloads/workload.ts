import { createHash } from 'node:crypto';
import type {
  AutoscalingBounds,
  Condition,
  InstanceCounts,
  PhaseDeadlines,
  ProcessSettings,
  ReleaseStrategy,
  ScopeVersions,
  Workload,
} from '@berth/contracts/deployment';
import { phaseDeadlines } from '@berth/contracts/deployment';
import { type Place, spelled } from '@berth/contracts/runtime';
import type { ProtectionRow } from '../protections/protection.js';
import { conditionsAsKnown } from './readiness-as-known.js';
import { differing } from '../scopes/scope-versions.js';
import type { WorkloadVolume } from '../volumes/volume.js';

/** A cluster that a workload stands on, or is on its way to, beside the one that answers for it. */
export interface FurtherPlacement {
  readonly cluster: string;
  readonly counts: InstanceCounts;
  readonly state: 'arriving' | 'active' | 'draining';
}

/** A workload as it is stored, with the names that its instances need. */
export interface WorkloadRow {
  readonly id: string;
  readonly appId: string;
  readonly environmentId: string;
  readonly projectId: string;
  readonly organizationId: string;
  readonly appSlug: string;
  readonly environmentSlug: string;
  readonly namespace: string;
  /** Name of the cluster that it is placed on. */
  readonly cluster: string;
  /** That was removed from the platform although this stands there. */
  readonly isClusterGone: boolean;
  /** Why its cluster cannot be asked, and since when; null while it can. */
  readonly outOfReach: Condition | null;
  readonly further: readonly FurtherPlacement[];
  /** Those beside the first that it has left, until nothing of it is there. */
  readonly leaving: readonly FurtherPlacement[];
  readonly host: string;
  /** Hosts of its customer, or paths of them, that lead to it, too. */
  readonly domains: readonly Place[];
  /** What visitors have to pass on all of them. */
  readonly protection: ProtectionRow;
  readonly trackedRef: string | null;
  readonly state: 'running' | 'stopped';
  /** Nothing of it may run, whatever anybody asks for: its organization is suspended, or a budget is spent. */
  readonly isBarred: boolean;
  /** Its environment sleeps. */
  readonly isAsleep: boolean;
  /** What somebody wants it to be: its state whenever nothing else holds it. It is entitled to that in the quota. */
  readonly wantedState: 'running' | 'stopped';
  readonly counts: InstanceCounts;
  readonly autoscaling: AutoscalingBounds;
  readonly processSettings: ProcessSettings;
  /** Those on their way out included. */
  readonly volumes: readonly WorkloadVolume[];
  readonly deadlines: Partial<PhaseDeadlines>;
  readonly startDeadlineSeconds: number;
  readonly strategy: ReleaseStrategy;
  readonly currentReleaseId: string | null;
  readonly currentRelease: number | null;
  readonly activeDeploymentId: string | null;
  readonly restartToken: string;
  /** The config version that the next change and the next build start from. */
  readonly configVersion: number;
  /** Of the wider scopes: the newest, what the next release gets, and what the current release has. */
  readonly scopeVersions: ScopeVersions;
  readonly nextScopeVersions: ScopeVersions;
  readonly releasedScopeVersions: ScopeVersions | null;
  /** Raised whenever what the runtime should run changes. */
  readonly generation: number;
  readonly observedGeneration: number;
  readonly conditions: Condition[];
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
}

/** What of it somebody changes, as the audit trail keeps it. */
export const settingsOf = (row: WorkloadRow) => {
  const { trackedRef, wantedState, counts, autoscaling, processSettings, deadlines, startDeadlineSeconds } = row;
  const kept = row.volumes.filter(({ isDeleted }) => !isDeleted);
  const volumes = kept.map(({ name, process, mountPath, sizeMib }) => [name, { process, mountPath, sizeMib }] as const);
  return {
    ...{ trackedRef, state: wantedState, counts, autoscaling, processSettings, deadlines, startDeadlineSeconds },
    ...{ strategy: row.strategy, volumes: Object.fromEntries(volumes) },
  };
};

/** `<app>-<environment>-<6 characters of a hash of the workload's id>.<platform domain>`, at most 63 characters a label. */
export function hostFor(appSlug: string, environmentSlug: string, workloadId: string, platformDomain: string): string {
  const hash = createHash('sha256').update(workloadId).digest('hex').slice(0, 6);
  return `${`${appSlug}-${environmentSlug}`.slice(0, 56).replace(/-+$/, '')}-${hash}.${platformDomain}`;
}

/** `web` runs one instance unless told otherwise, other types none. */
export const countOf = (counts: InstanceCounts, processType: string): number =>
  counts[processType] ?? (processType === 'web' ? 1 : 0);

/** Beside the first: where what runs of it counts. What arrives is free. */
export const countedBeside = ({ further, leaving }: Pick<WorkloadRow, 'further' | 'leaving'>): string[] =>
  [...further.filter(({ state }) => state === 'active'), ...leaving].map(({ cluster }) => cluster);

/** How many instances of a process type it wants now. */
export const instancesOf = ({ state, counts }: Pick<WorkloadRow, 'state' | 'counts'>, processType: string): number =>
  state === 'stopped' ? 0 : countOf(counts, processType);

/** How many instances of a process type it may come to have. */
export const mostInstancesOf = (
  row: Pick<WorkloadRow, 'state' | 'counts' | 'autoscaling'>,
  processType: string,
): number => (row.state === 'stopped' ? 0 : (row.autoscaling[processType]?.max ?? instancesOf(row, processType)));

/** How many instances of a process type it may come to have on all its clusters together. */
export const mostEverywhereOf = (
  row: Pick<WorkloadRow, 'state' | 'counts' | 'autoscaling' | 'further' | 'leaving'>,
  processType: string,
): number =>
  [...row.further, ...row.leaving].reduce(
    (sum, { counts }) => sum + instancesOf({ state: row.state, counts }, processType),
    mostInstancesOf(row, processType),
  );

export const deadlinesOf = (row: Pick<WorkloadRow, 'deadlines'>): PhaseDeadlines => phaseDeadlines.parse(row.deadlines);

export function toWorkload(row: WorkloadRow, urlTemplate: string): Workload {
  const {
    appSlug: _a,
    environmentSlug: _e,
    namespace: _n,
    host,
    currentReleaseId: _c,
    restartToken: _r,
    configVersion: _v,
    isBarred: _b,
    volumes: _o,
    isAsleep: _s,
    wantedState: _w,
    deletedAt: _d,
    isClusterGone: _g,
    outOfReach: _u,
    further: _f,
    leaving: _l,
    protection: _p,
    scopeVersions,
    nextScopeVersions: _x,
    releasedScopeVersions,
    ...rest
  } = row;
  return {
    ...rest,
    conditions: conditionsAsKnown(row),
    deadlines: deadlinesOf(row),
    outOfDate: releasedScopeVersions ? differing(releasedScopeVersions, scopeVersions) : [],
    url: urlTemplate.replace('{host}', host),
    domains: row.domains.map(spelled),
    createdAt: row.createdAt.toISOString(),
  };
}
