import type { BuildStatus } from '@berth/contracts/build';
import type { Failure } from '@berth/contracts/common';
import type { Artifact, BuildRequest, BuiltProcess } from '@berth/contracts/events';

/** One build as it is stored. */
export interface Build {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly appId: string;
  readonly workloadId: string;
  readonly deploymentId: string;
  readonly source: BuildRequest['source'];
  readonly settings: BuildRequest['settings'];
  readonly deadlineSeconds: number;
  readonly status: BuildStatus;
  readonly commit: string | null;
  readonly commitSubject: string | null;
  readonly language: string | null;
  readonly processes: readonly BuiltProcess[];
  readonly artifact: Artifact | null;
  readonly reused: boolean;
  readonly failure: Failure | null;
  /** Processor time that its commands took, as far as it was measured. */
  readonly cpuMilliseconds: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const terminal = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly BuildStatus[];

export const hasEnded = (status: BuildStatus): boolean => (terminal as readonly BuildStatus[]).includes(status);

const nextOf: Record<BuildStatus, readonly BuildStatus[]> = {
  queued: ['cloning', 'failed', 'cancelled'],
  cloning: ['detecting', 'failed', 'cancelled'],
  detecting: ['building', 'succeeded', 'failed', 'cancelled'],
  building: ['publishing', 'failed', 'cancelled'],
  publishing: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/**
 * Whether a build may go from one status to another. Every running status may go back to cloning: a killed platform's next
 * worker starts over, because nothing of a half-done build is trusted.
 */
export const mayBecome = (from: BuildStatus, to: BuildStatus): boolean =>
  nextOf[from].includes(to) || (to === 'cloning' && !hasEnded(from));

/** Statuses from which `to` may be reached. */
export const beforeOf = (to: BuildStatus): BuildStatus[] =>
  (Object.keys(nextOf) as BuildStatus[]).filter((from) => mayBecome(from, to));

/** A URL as it may be shown: without user name and password. */
export function withoutCredentials(source: Build['source']): Build['source'] {
  if (source.kind !== 'git' || !URL.canParse(source.url)) return source;
  const url = new URL(source.url);
  if (!url.username && !url.password) return source;
  url.username = '';
  url.password = '';
  return { ...source, url: url.href };
}
