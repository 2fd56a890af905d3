import type { Cause, Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import { type ObservedTask, RELEASE_PROCESS } from '@berth/contracts/runtime';
import type { Seen } from '../deployments/deployment.js';

export type TaskEndStatus = 'succeeded' | 'failed' | 'timeout' | 'cancelled' | 'lost';
export type TaskStatus = 'queued' | 'running' | TaskEndStatus;

/** A command that runs once on a release; lost is never run again. */
export interface TaskRow {
  readonly id: string;
  readonly workloadId: string;
  readonly organizationId: string;
  /** Of a release command: the deployment that waits for it. */
  readonly deploymentId: string | null;
  readonly releaseId: string;
  readonly release: number;
  readonly process: string;
  readonly command: string;
  readonly cpuMillicores: number;
  readonly memoryMib: number;
  readonly deadlineSeconds: number;
  readonly status: TaskStatus;
  readonly exitCode: number | null;
  readonly failure: Failure | null;
  readonly seen: Seen | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface TaskEnding {
  readonly status: TaskEndStatus;
  readonly exitCode: number | null;
  /** Null when it succeeded or was cancelled. */
  readonly failure: Failure | null;
}

export const isOpen = ({ status }: Pick<TaskRow, 'status'>): boolean => status === 'queued' || status === 'running';

/** What runs before a release gets traffic; undefined when it says nothing. */
export const releaseCommandOf = ({ processes }: Pick<Release, 'processes'>) =>
  processes.find(({ name }) => name === RELEASE_PROCESS);

/** Waiting for these helps nobody: each is wrong with what was asked for. */
const conclusive: readonly Cause[] = [
  ...(['image_not_found', 'image_denied', 'image_invalid', 'image_needs_root', 'config_invalid'] as const),
  ...(['policy_denied', 'start_failed'] as const),
];

/** How it ended, by what the runtime shows; null while it has not, or has yet to be started. */
export function endingOf(task: TaskRow, observed: ObservedTask | null, output: readonly string[]): TaskEnding | null {
  if (!observed) return task.status === 'queued' ? null : lost(output);
  switch (observed.state) {
    case 'lost':
      return lost(output);
    case 'ended':
      return ended(observed, output);
    case 'starting':
    case 'running':
      return stuck(observed);
  }
}

const lost = (output: readonly string[]): TaskEnding => ({
  ...{ status: 'lost', exitCode: null },
  failure: failed('The runtime lost it while it ran; how far it came is not known.', output, {
    nextStep: 'Look at what it changes; deploy again when it may run once more.',
  }),
});

function ended({ exit, trouble }: ObservedTask, output: readonly string[]): TaskEnding {
  const exitCode = exit?.code ?? null;
  if (exitCode === 0) return { status: 'succeeded', exitCode, failure: null };
  const how = exitCode === null ? `by signal ${exit?.signal ?? 'unknown'}` : `with exit code ${exitCode}`;
  const message = exit?.reason === 'out_of_memory' ? 'It used more memory than it may.' : `It ended ${how}.`;
  const lines = output.length > 0 ? output : (trouble?.evidence ?? []);
  return { status: 'failed', exitCode, failure: failed(message, [`It ended ${how}.`, ...lines]) };
}

function stuck({ trouble }: ObservedTask): TaskEnding | null {
  if (!trouble || !conclusive.includes(trouble.cause)) return null;
  const { cause, message, evidence } = trouble;
  const nextStep = 'Read the evidence, mend it and deploy again.';
  return { status: 'failed', exitCode: null, failure: failed(message, evidence, { cause, nextStep }) };
}

/** Its deadline passed: nobody can look any more, so that what was last seen has to do. */
export const timedOut = ({ deadlineSeconds, seen }: TaskRow): TaskEnding => ({
  ...{ status: 'timeout', exitCode: null },
  failure: failed(`It did not end within ${deadlineSeconds} seconds.`, seen?.lines ?? ['Nothing was seen of it.'], {
    cause: 'timeout',
    nextStep: 'Make the release command faster, or raise the deadline of releaseCommand.',
  }),
});

const failed = (
  message: string,
  evidence: readonly string[],
  told: Partial<Pick<Failure, 'cause' | 'nextStep'>> = {},
): Failure => ({
  cause: 'release_command_failed',
  message: message.slice(0, 1_000),
  evidence: evidence
    .slice(0, 1)
    .concat(evidence.slice(1).slice(-49))
    .map((line) => line.slice(0, 2_000)),
  nextStep: 'Run the release command on your machine and mend what it prints.',
  ...told,
});
