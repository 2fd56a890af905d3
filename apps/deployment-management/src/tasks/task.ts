import type { Cause, Failure } from '@berth/contracts/common';
import type { Release, Task, TaskStatus } from '@berth/contracts/deployment';
import { type ObservedTask, RELEASE_PROCESS } from '@berth/contracts/runtime';
import type { Seen } from '../deployments/deployment.js';

export type TaskEndStatus = Exclude<TaskStatus, 'queued' | 'running'>;

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
  /** What runs it, and since when by the runtime's clock; null before it began. */
  readonly instance: string | null;
  readonly ranFrom: Date | null;
  /** The cluster in whose allocation its time is, while it is. */
  readonly countedOn: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface TaskEnding {
  readonly status: TaskEndStatus;
  readonly exitCode: number | null;
  /** Null when it succeeded or was cancelled by somebody. */
  readonly failure: Failure | null;
  /** When it ended by the runtime's clock; absent: now, or when it was last seen to run. */
  readonly at?: string;
}

/** A task as it is made; the rest follows. */
export const newTask = (
  task: Omit<TaskRow, 'status' | 'exitCode' | 'failure' | 'seen' | 'instance' | 'ranFrom' | 'countedOn' | EventTimes>,
): TaskRow => ({
  ...task,
  ...{ status: 'queued', exitCode: null, failure: null, seen: null, instance: null, ranFrom: null, countedOn: null },
  ...{ startedAt: null, endedAt: null },
});
type EventTimes = 'startedAt' | 'endedAt';

/** A release command is free, as everything is that happens before a release is live. */
export const isBilled = ({ deploymentId }: Pick<TaskRow, 'deploymentId'>): boolean => deploymentId === null;

export const isOpen = ({ status }: Pick<TaskRow, 'status'>): boolean => status === 'queued' || status === 'running';

/** What runs before a release gets traffic; undefined when it says nothing. */
export const releaseCommandOf = ({ processes }: Pick<Release, 'processes'>) =>
  processes.find(({ name }) => name === RELEASE_PROCESS);

/** Waiting for these helps nobody: each is wrong with what was asked for. */
const conclusive: readonly Cause[] = [
  ...(['image_not_found', 'image_denied', 'image_invalid', 'image_needs_root', 'config_invalid'] as const),
  ...(['policy_denied', 'quota_exceeded', 'start_failed'] as const),
];

/** How it ended, by what the runtime shows; null while it has not, or has yet to be started. */
export function endingOf(task: TaskRow, observed: ObservedTask | null, output: readonly string[]): TaskEnding | null {
  const words = wordsOf(task);
  if (!observed) return task.status === 'queued' ? null : lost(task, words, output);
  switch (observed.state) {
    case 'lost':
      return lost(task, words, output);
    case 'ended':
      return ended(observed, words, output);
    case 'starting':
    case 'running':
      return stuck(observed, words);
  }
}

interface Words {
  readonly cause: Cause;
  readonly mend: string;
  readonly again: string;
  readonly faster: string;
}

const ofReleaseCommand: Words = {
  cause: 'release_command_failed',
  mend: 'Run the release command on your machine and mend what it prints.',
  again: 'deploy again',
  faster: 'Make the release command faster, or raise the deadline of releaseCommand.',
};

const ofTask: Words = {
  cause: 'task_failed',
  mend: 'Read what it printed (berth tasks logs) and run it again when that is mended.',
  again: 'run it again',
  faster: 'Make it faster, or give it a longer deadline (--deadline).',
};

const wordsOf = ({ deploymentId }: TaskRow): Words => (deploymentId === null ? ofTask : ofReleaseCommand);

/** It ran until it was last seen, as far as anybody knows. */
const lost = (
  { seen }: TaskRow,
  words: Words,
  output: readonly string[],
  message = 'The runtime lost it while it ran; how far it came is not known.',
): TaskEnding => ({
  ...{ status: 'lost', exitCode: null },
  failure: failed(words, message, output, {
    nextStep: `Look at what it changes; ${words.again} when it may run once more.`,
  }),
  ...(seen && { at: seen.at }),
});

/** Its workload left a cluster that does not answer, where it may run still. */
export const leftBehind = (task: TaskRow, cluster: string): TaskEnding =>
  lost(
    task,
    wordsOf(task),
    task.seen?.lines ?? [],
    `"${cluster}" does not answer; how far it came there is not known.`,
  );

function ended({ exit, trouble }: ObservedTask, words: Words, output: readonly string[]): TaskEnding {
  const exitCode = exit?.code ?? null;
  const at = exit ? { at: exit.at } : {};
  if (exitCode === 0) return { status: 'succeeded', exitCode, failure: null, ...at };
  const how = exitCode === null ? `by signal ${exit?.signal ?? 'unknown'}` : `with exit code ${exitCode}`;
  const message = exit?.reason === 'out_of_memory' ? 'It used more memory than it may.' : `It ended ${how}.`;
  const lines = output.length > 0 ? output : (trouble?.evidence ?? []);
  return { status: 'failed', exitCode, failure: failed(words, message, [`It ended ${how}.`, ...lines]), ...at };
}

function stuck({ trouble }: ObservedTask, words: Words): TaskEnding | null {
  if (!trouble || !conclusive.includes(trouble.cause)) return null;
  const { cause, message, evidence } = trouble;
  const nextStep = `Read the evidence, mend it and ${words.again}.`;
  return { status: 'failed', exitCode: null, failure: failed(words, message, evidence, { cause, nextStep }) };
}

/** Its deadline passed: nobody can look any more, so that what was last seen has to do. */
export function timedOut(task: TaskRow): TaskEnding {
  const words = wordsOf(task);
  const message = `It did not end within ${task.deadlineSeconds} seconds.`;
  const evidence = task.seen?.lines ?? ['Nothing was seen of it.'];
  const failure = failed(words, message, evidence, { cause: 'timeout', nextStep: words.faster });
  return { status: 'timeout', exitCode: null, failure };
}

/** Nothing may run of its workload any more. */
export const barred = (why: string): TaskEnding => ({
  ...{ status: 'cancelled', exitCode: null },
  failure: { cause: 'cancelled', message: why, evidence: [], nextStep: 'Run it again when its workload may run.' },
});

const failed = (
  words: Words,
  message: string,
  evidence: readonly string[],
  told: Partial<Pick<Failure, 'cause' | 'nextStep'>> = {},
): Failure => ({
  cause: words.cause,
  message: message.slice(0, 1_000),
  evidence: evidence
    .slice(0, 1)
    .concat(evidence.slice(1).slice(-49))
    .map((line) => line.slice(0, 2_000)),
  nextStep: words.mend,
  ...told,
});

export function toTask(row: TaskRow): Task {
  const { releaseId: _r, seen: _s, ranFrom: _f, countedOn: _c, createdAt, startedAt, endedAt, ...rest } = row;
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}
