import { DomainError, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsRepository } from '../apps/apps.repository.js';
import { DeploymentStarter } from '../deployments/deployment-starter.js';
import { quotaErrors } from '../quotas/quotas.errors.js';
import { ComputeRoom } from '../workloads/compute-room.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadWriter } from '../workloads/workload-writer.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { SizeChange } from './vertical.js';

/** Releases with other sizes, of which the platform is the author. */
@Injectable()
export class Resizes {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly apps: AppsRepository,
    private readonly room: ComputeRoom,
    private readonly writer: WorkloadWriter,
    private readonly starter: DeploymentStarter,
  ) {}

  /** Id of the deployment, or why there is no room for it. `workload` was read under its row lock. */
  async begin(tx: Tx, workload: WorkloadRow, { after }: SizeChange, message: string): Promise<string | DomainError> {
    const excess = await this.excessOf(tx, workload, { ...workload, processSettings: after });
    if (excess) return excess;
    const app = await this.apps.find(tx, workload.appId);
    if (!app) throw new Error('A workload has no app.');
    await this.workloads.setProcessSettings(tx, workload.id, after);
    const act = { by: 'platform', action: 'workloads:scale', detail: { vertical: message } } as const;
    const changed = await this.writer.changed(tx, workload, act);
    const notes = [`Vertical autoscaling: ${message}`];
    return (await this.starter.start(tx, changed, { app, source: { kind: 'scale' }, by: 'platform', notes })).id;
  }

  private async excessOf(tx: Tx, workload: WorkloadRow, wanted: WorkloadRow): Promise<DomainError | undefined> {
    try {
      await this.room.require(tx, workload, wanted);
      return undefined;
    } catch (error) {
      if (error instanceof DomainError && error.code === full) return error;
      throw error;
    }
  }
}

const full = quotaErrors.QuotaExceeded('').code;
