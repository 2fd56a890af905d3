import type { Release } from '@berth/contracts/deployment';
import type { DesiredTask, ObservedTask } from '@berth/contracts/runtime';
import type { ReconcileContext } from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { Runtimes } from '../runtime/runtimes.js';
import { STOP_DEADLINE_SECONDS } from '../workloads/desired-workload.js';
import { RuntimeState } from '../workloads/runtime-state.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { barred, endingOf, isBilled, isOpen, type TaskEnding, type TaskRow } from './task.js';
import { shown, TaskOutput } from './task-output.js';
import { TaskRecords } from './task-records.js';

/** `changed`: what there is to do is to be read anew; `waiting`: something is still on the runtime. */
export type TaskStep = 'changed' | 'waiting' | 'none';

export const BARRED = 'Nothing runs of this workload now: its organization is suspended, or a budget is spent.';

/** Brings tasks to the runtime and what became of them back, a step a pass. */
@Injectable()
export class TaskRuns {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly database: Database,
    private readonly releases: ReleasesRepository,
    private readonly state: RuntimeState,
    private readonly output: TaskOutput,
    private readonly records: TaskRecords,
  ) {}

  async step(workload: WorkloadRow, tasks: readonly TaskRow[], context: ReconcileContext): Promise<TaskStep> {
    let step: TaskStep = 'none';
    for (const task of tasks) {
      const changed = isOpen(task) ? await this.advance(workload, task, context) : await this.clear(task, context);
      if (changed) return 'changed';
      step = 'waiting';
    }
    return step;
  }

  private async advance(workload: WorkloadRow, task: TaskRow, context: ReconcileContext): Promise<boolean> {
    const release = await this.releases.find(this.database, task.releaseId);
    if (!release) throw new Error(`Task ${task.id} is of a release that is gone.`);
    const refusal = await this.refusalOf(workload, task, release);
    const observed = refusal ? null : await this.observed(workload, release, task, context.signal);
    const ending = refusal ?? endingOf(task, observed, await this.printed(task, observed, release, context));
    if (ending) {
      await this.records.end(task, await this.output.masked(release, ending), context);
      return true;
    }
    if (task.status === 'running' || !observed) return false;
    await this.records.start(task, context);
    return true;
  }

  /** Why it may not run, or not begin; what a deployment waits for is stopped with that deployment. */
  private async refusalOf(workload: WorkloadRow, task: TaskRow, release: Release): Promise<TaskEnding | undefined> {
    if (!isBilled(task)) return undefined;
    if (workload.deletedAt) return barred('Its workload is deleted.');
    if (workload.isBarred) return barred(BARRED);
    const unfit = task.status === 'queued' ? await this.state.refusalOf(release) : undefined;
    return unfit && { status: 'failed', exitCode: null, failure: unfit };
  }

  /** The last lines that it printed, kept while they can be read. */
  private async printed(
    task: TaskRow,
    observed: ObservedTask | null,
    release: Release,
    context: ReconcileContext,
  ): Promise<readonly string[]> {
    if (!observed?.instance || this.records.isKnown(task, observed)) return task.seen?.lines ?? [];
    const lines = await this.output.read(release, observed.instance, context.signal);
    await this.records.see(task, { ...observed, instance: observed.instance }, lines, context);
    return shown(lines);
  }

  private async observed(
    workload: WorkloadRow,
    release: Release,
    task: TaskRow,
    signal: AbortSignal,
  ): Promise<ObservedTask | null> {
    const runtime = await this.runtimes.of(workload.id);
    const found = await runtime.observeTask(workload.id, task.id, signal);
    if (found || task.status !== 'queued') return found;
    const parts = await this.state.partsFor(runtime, workload, release);
    await runtime.startTask({ ...desired(workload, release, task), ...parts }, signal);
    return runtime.observeTask(workload.id, task.id, signal);
  }

  /** It has ended: nothing of it may be left on the runtime. */
  private async clear(task: TaskRow, context: ReconcileContext): Promise<boolean> {
    const runtime = await this.runtimes.of(task.workloadId);
    const isThere = () => runtime.observeTask(task.workloadId, task.id, context.signal);
    if (await isThere()) await runtime.endTask(task.workloadId, task.id, context.signal);
    if (await isThere()) return false;
    await this.records.clear(task, context);
    return true;
  }
}

/** Without what the runtime gets to know only when it begins. */
function desired(workload: WorkloadRow, release: Release, task: TaskRow): Omit<DesiredTask, 'environment'> {
  const { number, hash, configHash, artifact } = release;
  const { id: workloadId, organizationId, projectId, environmentId, appId, namespace, appSlug: name } = workload;
  const { id: taskId, process, command, cpuMillicores, memoryMib, deadlineSeconds } = task;
  return {
    ...{ taskId, workloadId, organizationId, projectId, environmentId, appId, namespace, name, deadlineSeconds },
    release: { number, hash, configHash, artifact },
    process: { name: process, command, cpuMillicores, memoryMib },
    stopDeadlineSeconds: STOP_DEADLINE_SECONDS,
  };
}
