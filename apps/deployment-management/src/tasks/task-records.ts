import type { Release } from '@berth/contracts/deployment';
import type { ObservedTask } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Witness } from '../workloads/witness.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { TaskEnding, TaskRow } from './task.js';
import { TaskChanges } from './task-changes.js';
import { TaskEndings } from './task-endings.js';
import { TasksRepository } from './tasks.repository.js';

const OLD_MILLISECONDS = 5_000;

/** Writes down what a pass saw of a task. */
@Injectable()
export class TaskRecords {
  constructor(
    private readonly tasks: TasksRepository,
    private readonly changes: TaskChanges,
    private readonly endings: TaskEndings,
    private readonly workloads: WorkloadsRepository,
    private readonly witness: Witness,
    private readonly clock: Clock,
  ) {}

  /** The last lines that it printed, secrets masked. Kept now and then: when its deadline passes, nobody can look. */
  async output(
    task: TaskRow,
    observed: ObservedTask | null,
    release: Release,
    context: ReconcileContext,
  ): Promise<readonly string[]> {
    if (!observed?.instance || this.isKnown(task, observed)) return task.seen?.lines ?? [];
    const printed = await this.witness.lastLines(task.workloadId, new Set([observed.instance]), context.signal);
    const lines = printed.map(await this.witness.maskOf(release));
    const seen = { at: this.clock.now().toISOString(), state: observed.state, lines };
    await context.transaction((tx) => this.tasks.setSeen(tx, task.id, seen));
    return lines;
  }

  async start(task: TaskRow, context: ReconcileContext): Promise<void> {
    await context.transaction((tx) => this.changes.start(tx, task));
  }

  /** It may have printed what it was told. */
  async end(task: TaskRow, ending: TaskEnding, release: Release, context: ReconcileContext): Promise<void> {
    const failure = ending.failure && (await this.witness.masked(release, ending.failure));
    await context.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, task.workloadId);
      if (workload) await this.endings.end(tx, workload, task, { ...ending, failure });
    });
  }

  async clear(task: TaskRow, context: ReconcileContext): Promise<void> {
    await context.transaction((tx) => this.tasks.markCleared(tx, task.id));
  }

  private isKnown({ seen }: TaskRow, { state }: ObservedTask): boolean {
    return seen?.state === state && this.clock.now().getTime() - Date.parse(seen.at) < OLD_MILLISECONDS;
  }
}
