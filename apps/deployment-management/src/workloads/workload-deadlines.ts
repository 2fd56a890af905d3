import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { TaskEndings } from '../tasks/task-endings.js';
import { DeploymentSteps } from './deployment-steps.js';
import { RelocationSteps } from './relocation-steps.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** Ends what overran its deadline, whatever its worker is doing: the queue has fenced that off already. */
@Injectable()
export class WorkloadDeadlines {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly tasks: TaskEndings,
    private readonly relocation: RelocationSteps,
    private readonly deployments: DeploymentSteps,
  ) {}

  /** `name`: id of a task, of the cluster that the workload is on its way to, or of a deployment. */
  async end(tx: Tx, workloadId: string, name: string): Promise<void> {
    const workload = await this.workloads.lock(tx, workloadId);
    if (!workload || (await this.tasks.timeOut(tx, workload, name))) return;
    if (await this.relocation.timeOut(tx, workload, name)) return;
    await this.deployments.timeOut(tx, workload, name);
  }
}
