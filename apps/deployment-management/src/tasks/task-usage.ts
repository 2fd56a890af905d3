import type { AllocationEntry } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Allocations } from '../allocations/allocations.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { isBilled, type TaskRow } from './task.js';
import { TasksRepository } from './tasks.repository.js';

/** What a task uses while it runs is part of its workload's allocation. All under the workload's row lock. */
@Injectable()
export class TaskUsage {
  constructor(
    private readonly tasks: TasksRepository,
    private readonly allocations: Allocations,
  ) {}

  /** It is seen to run. Answers it as it is now. */
  async begin(tx: Tx, workload: WorkloadRow, { id }: Pick<TaskRow, 'id'>): Promise<TaskRow | undefined> {
    const task = await this.tasks.find(tx, id);
    if (!task?.ranFrom || task.countedOn !== null || !isBilled(task)) return task;
    await this.allocations.shift(tx, workload, entryOf(task, workload.cluster, 1), task.ranFrom);
    await this.tasks.setCountedOn(tx, id, workload.cluster);
    return { ...task, countedOn: workload.cluster };
  }

  /** One that began and ended between two looks is counted, too. */
  async end(tx: Tx, workload: WorkloadRow, ended: Pick<TaskRow, 'id'>, at: Date): Promise<void> {
    const task = await this.begin(tx, workload, ended);
    if (!task || task.countedOn === null) return;
    await this.tasks.setCountedOn(tx, task.id, null);
    await this.allocations.shift(tx, workload, entryOf(task, task.countedOn, -1), at);
  }
}

const entryOf = (
  { release, process: processType, cpuMillicores, memoryMib }: TaskRow,
  cluster: string,
  instances: 1 | -1,
): AllocationEntry => ({ cluster, release, processType, instances, cpuMillicores, memoryMib });
