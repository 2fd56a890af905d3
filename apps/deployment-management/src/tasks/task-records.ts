import type { LogLine, ObservedTask } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { underLock } from '../workloads/under-lock.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { TaskEnding, TaskRow } from './task.js';
import { TaskChanges } from './task-changes.js';
import { TaskEndings } from './task-endings.js';
import { shown } from './task-output.js';
import { TaskUsage } from './task-usage.js';
import { TasksRepository } from './tasks.repository.js';

const OLD_MILLISECONDS = 5_000;

/** Writes down what a pass saw of a task. */
@Injectable()
export class TaskRecords {
  constructor(
    private readonly tasks: TasksRepository,
    private readonly changes: TaskChanges,
    private readonly endings: TaskEndings,
    private readonly usage: TaskUsage,
    private readonly workloads: WorkloadsRepository,
    private readonly clock: Clock,
  ) {}

  /** Nothing has changed since it was looked at a moment ago. */
  isKnown({ seen }: TaskRow, { state }: ObservedTask): boolean {
    return seen?.state === state && this.clock.now().getTime() - Date.parse(seen.at) < OLD_MILLISECONDS;
  }

  /** Now and then, and at its end: when its deadline passes or its last instance is gone, nobody can look any more. */
  async see(
    task: TaskRow,
    { state, instance, startedAt }: ObservedTask & { instance: string },
    lines: readonly LogLine[] | null,
    context: ReconcileContext,
  ): Promise<void> {
    const seen = { at: this.clock.now().toISOString(), state, lines: shown(lines) };
    await underLock(context, this.workloads, task.workloadId, async (tx, workload) => {
      await this.tasks.saw(tx, task.id, { seen, instance, from: startedAt, lines });
      await this.usage.begin(tx, workload, task);
    });
  }

  async start(task: TaskRow, context: ReconcileContext): Promise<void> {
    await context.transaction((tx) => this.changes.start(tx, task));
  }

  async end(task: TaskRow, ending: TaskEnding, context: ReconcileContext): Promise<void> {
    await underLock(context, this.workloads, task.workloadId, (tx, workload) =>
      this.endings.end(tx, workload, task, ending),
    );
  }

  async clear(task: TaskRow, context: ReconcileContext): Promise<void> {
    await context.transaction((tx) => this.tasks.markCleared(tx, task.id));
  }
}
