import type { Failure } from '@berth/contracts/common';
import type {
  DeploymentStatus,
  PhaseDeadlines,
  ProcessSettings,
  ScopeVersions,
  TimelineEntry,
} from '@berth/contracts/deployment';
import type { DeploymentPhase, DeploymentSource } from '@berth/contracts/events';
import type { Artifact, BuiltProcess } from '@berth/contracts/events';
import { awaitsPromotion, type Canary, holdSeconds, isSplit } from '../canaries/canary.js';

/** What a build gave, kept until it becomes a release. */
export interface BuildResult {
  readonly artifact: Artifact;
  readonly processes: readonly BuiltProcess[];
  readonly commit: string | null;
  readonly reused: boolean;
}

/** What was current when a rollback was accepted: what differs from it later was changed meanwhile. */
export interface RollbackBase {
  readonly configVersion: number;
  readonly processSettings: ProcessSettings;
  /** The newest of the wider scopes. */
  readonly scopeVersions?: ScopeVersions;
}

/** What was seen of the instances when somebody last looked, for the one who has to say why the deadline passed. */
export interface Seen {
  readonly at: string;
  /** Changes when there is something new to see. */
  readonly state: string;
  readonly lines: readonly string[];
  /** What kept it from becoming live: when it did so until the deadline, that is the cause. */
  readonly failure?: Failure;
}

export interface DeploymentRow {
  readonly id: string;
  readonly workloadId: string;
  readonly organizationId: string;
  readonly number: number;
  readonly status: DeploymentStatus;
  readonly source: DeploymentSource;
  readonly buildId: string | null;
  readonly buildResult: BuildResult | null;
  /** What the tag of its image turned out to mean. Null before, and for what is named otherwise. */
  readonly imageDigest: string | null;
  /** When a registry was first away that it waits for. */
  readonly askedSince: Date | null;
  /** Before then that registry is not asked again, however often the workload is looked at. */
  readonly askAgainAt: Date | null;
  readonly releaseId: string | null;
  readonly release: number | null;
  readonly failure: Failure | null;
  readonly outcome: string | null;
  readonly notes: string[];
  /** Null unless it is a rollback. */
  readonly base: RollbackBase | null;
  /** Null unless two releases share the requests until it is live. */
  readonly canary: Canary | null;
  /** Null before it rolls. */
  readonly seen: Seen | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

const next: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  queued: ['building', 'preparing', 'failed', 'cancelled', 'superseded'],
  building: ['preparing', 'failed', 'cancelled', 'superseded'],
  preparing: ['rolling', 'failed', 'cancelled'],
  rolling: ['shifting', 'verifying', 'failed', 'cancelled'],
  shifting: ['verifying', 'failed', 'cancelled', 'superseded'],
  verifying: ['live', 'failed', 'cancelled'],
  live: ['retired'],
  retired: [],
  failed: [],
  cancelled: [],
  superseded: [],
};

export const mayMove = (from: DeploymentStatus, to: DeploymentStatus): boolean => next[from].includes(to);

/** The phases that a deadline and a cause name. */
export const isPhase = (status: DeploymentStatus): status is DeploymentPhase =>
  ['queued', 'building', 'preparing', 'rolling', 'shifting', 'verifying'].includes(status);

/** It holds the workload. At most one deployment of a workload is here at a time. */
export const isMoving = (status: DeploymentStatus): boolean =>
  ['preparing', 'rolling', 'shifting', 'verifying'].includes(status);

/** Its release is the runtime's desired state. */
export const isOnRuntime = (status: DeploymentStatus): boolean => ['rolling', 'shifting', 'verifying'].includes(status);

/** A newer deployment need not wait for a canary: the former release serves all the while. */
export const givesWay = ({ status, canary }: Pick<DeploymentRow, 'status' | 'canary'>): boolean =>
  status === 'shifting' && canary !== null && isSplit(canary);

/** A newer deployment takes the place of one that has not touched the runtime. */
export const isReplaceable = (status: DeploymentStatus): boolean => status === 'queued' || status === 'building';

/** A person wants it to run. A change of config or sizes leaves a stopped workload stopped. */
export const startsWorkload = ({ kind }: DeploymentSource): boolean => kind !== 'config' && kind !== 'scale';

/** The build service ends a build at the same deadline and can show its log: it gets to speak first. */
const BUILD_GRACE_SECONDS = 2;

/** How long it may stay in a phase, in seconds. A queued build waits for a slot, which may take longer. */
export function deadlineFor(
  phase: DeploymentPhase,
  { buildId, canary }: Pick<DeploymentRow, 'buildId' | 'canary'>,
  deadlines: PhaseDeadlines,
): number {
  if (phase === 'shifting') return shiftingSeconds(canary, deadlines);
  if (phase === 'building') return deadlines.building + BUILD_GRACE_SECONDS;
  return phase === 'queued' && buildId !== null ? deadlines.buildSlot : deadlines[phase];
}

function shiftingSeconds(canary: Canary | null, { shifting }: PhaseDeadlines): number {
  if (!canary) return shifting;
  return awaitsPromotion(canary) ? (canary.waitSeconds ?? 0) : shifting + holdSeconds(canary);
}

/** Milliseconds spent in each phase until `now`. */
export function durationsOf(timeline: readonly TimelineEntry[], now: Date): Record<string, number> {
  const spent: Record<string, number> = {};
  timeline.forEach((entry, index) => {
    if (!isPhase(entry.to)) return;
    const until = timeline[index + 1]?.at ?? now.toISOString();
    spent[entry.to] = (spent[entry.to] ?? 0) + Math.max(0, Date.parse(until) - Date.parse(entry.at));
  });
  return spent;
}
