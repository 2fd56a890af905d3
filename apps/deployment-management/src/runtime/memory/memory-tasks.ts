import type { DesiredTask, ObservedTask } from '@berth/contracts/runtime';
import type { Journal } from './journal.js';

/** How the fake world treats tasks on an artifact. */
export type TaskBehaviour =
  /** It ends at once, with this code. */
  | { readonly kind: 'ends'; readonly code: number }
  /** It runs until somebody ends it. */
  | { readonly kind: 'hangs' }
  /** It does not begin. */
  | { readonly kind: 'stuck'; readonly trouble: NonNullable<ObservedTask['trouble']> };

interface Run {
  readonly task: DesiredTask;
  readonly startedAt: string;
  isLost: boolean;
}

/** Tasks of the fake world. */
export class MemoryTasks {
  /** In the order in which they were started. */
  readonly started: DesiredTask[] = [];
  private readonly runs = new Map<string, Run>();
  private readonly behaviours = new Map<string, TaskBehaviour>();

  constructor(
    private readonly now: () => Date,
    private readonly journal: Journal,
    private readonly changed: (workloadId: string) => void,
  ) {}

  /** How tasks of releases with this artifact behave, from now on. */
  behave(artifactDigest: string, behaviour: TaskBehaviour): void {
    this.behaviours.set(artifactDigest, behaviour);
    for (const { task } of this.runs.values()) this.changed(task.workloadId);
  }

  /** What runs ends with the runtime's memory; that it was there does not. */
  forget(): void {
    for (const run of this.runs.values()) run.isLost = true;
  }

  start(task: DesiredTask): void {
    if (this.runs.has(task.taskId)) return;
    this.started.push(task);
    this.runs.set(task.taskId, { task, startedAt: this.now().toISOString(), isLost: false });
    const { name, command } = task.process;
    this.journal.print(task.workloadId, { process: name, instance: instanceOf(task), text: `ran ${command}` });
    this.changed(task.workloadId);
  }

  observe(taskId: string): ObservedTask | null {
    const run = this.runs.get(taskId);
    if (!run) return null;
    const { task, startedAt, isLost } = run;
    const nothing = { taskId, instance: null, startedAt: null, exit: null, trouble: null };
    if (isLost) return { ...nothing, state: 'lost' };
    const behaviour = this.behaviours.get(task.release.artifact.digest) ?? { kind: 'ends', code: 0 };
    const begun = { ...nothing, instance: instanceOf(task), startedAt };
    switch (behaviour.kind) {
      case 'stuck':
        return { ...nothing, state: 'starting', trouble: behaviour.trouble };
      case 'hangs':
        return { ...begun, state: 'running' };
      case 'ends': {
        const exit = { code: behaviour.code, signal: null, at: startedAt, reason: 'exited' as const };
        return { ...begun, state: 'ended', exit };
      }
    }
  }

  /** What is measured of those that run, apart from how much it is. */
  running(): { workloadId: string; processType: string; readySince: string }[] {
    return [...this.runs.values()].flatMap(({ task, startedAt: readySince }) =>
      this.observe(task.taskId)?.state === 'running'
        ? [{ workloadId: task.workloadId, processType: task.process.name, readySince }]
        : [],
    );
  }

  end(taskId: string): void {
    this.runs.delete(taskId);
  }
}

const instanceOf = ({ process, taskId }: DesiredTask): string => `${process.name}-${taskId.slice(-10)}`;
