import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Unpromoted } from '../canaries/unpromoted.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { isOpen, leftBehind } from '../tasks/task.js';
import { TaskEndings } from '../tasks/task-endings.js';
import { TasksRepository } from '../tasks/tasks.repository.js';
import { type Destination, MoveWriter } from '../workloads/move-writer.js';
import type { WorkloadRow } from '../workloads/workload.js';

/** What becomes of a workload whose cluster does not answer. All under its row lock. */
@Injectable()
export class FailoverDepartures {
  constructor(
    private readonly placements: PlacementsRepository,
    private readonly tasks: TasksRepository,
    private readonly endings: TaskEndings,
    private readonly unpromoted: Unpromoted,
    private readonly writer: MoveWriter,
  ) {}

  /** Commands may still run where it was: they are lost, and never run a second time elsewhere. */
  async leave(tx: Tx, workload: WorkloadRow, to: Destination): Promise<void> {
    for (const task of (await this.tasks.onRuntime(tx, workload.id)).filter(isOpen))
      await this.endings.end(tx, workload, task, leftBehind(task, workload.cluster));
    await this.unpromoted.leaveBehind(tx, workload);
    await this.writer.move(tx, workload, to, 'platform');
  }

  async stay(tx: Tx, workloadId: string, clusterId: string, why: string): Promise<void> {
    await this.placements.note(tx, workloadId, clusterId, `It stays on a cluster that does not answer. ${why}`);
  }
}
