import type { Caller, Permission } from '@berth/access';
import type { ScaleWorkload } from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { type Changed, Scaling } from './scaling.js';
import { type Precondition, WorkloadAccess } from './workload-access.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { workloadErrors } from './workloads.errors.js';
import { WorkloadsRepository } from './workloads.repository.js';

type Work = (tx: Tx, workload: WorkloadRow) => Promise<Changed>;

/** What an owner tells a running workload to do. */
@Injectable()
export class WorkloadActions {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly access: WorkloadAccess,
    private readonly scaling: Scaling,
    private readonly writer: WorkloadWriter,
    private readonly mint: Mint,
  ) {}

  scale(caller: Caller, id: string, body: ScaleWorkload, precondition?: Precondition): Promise<Changed> {
    const work: Work = (tx, workload) => this.scaling.scale(tx, workload, body, caller);
    return this.locked(caller, id, 'workloads:scale', work, precondition);
  }

  stop(caller: Caller, id: string): Promise<Changed> {
    return this.toState('stopped', caller, id);
  }

  start(caller: Caller, id: string): Promise<Changed> {
    return this.toState('running', caller, id);
  }

  /** Replaces all instances by the same release, without a lost request. */
  restart(caller: Caller, id: string): Promise<Changed> {
    return this.locked(caller, id, 'workloads:restart', async (tx, workload) => {
      requireRelease(workload);
      await this.workloads.restart(tx, id, this.mint.id());
      return {
        workload: await this.writer.changed(tx, workload, { by: caller, action: 'workloads:restart' }),
        deploymentId: null,
      };
    });
  }

  private toState(state: WorkloadRow['state'], caller: Caller, id: string): Promise<Changed> {
    return this.locked(caller, id, 'workloads:scale', (tx, workload) => {
      requireRelease(workload);
      return this.scaling.setState(tx, workload, state, caller);
    });
  }

  private async locked(
    caller: Caller,
    id: string,
    permission: Permission,
    work: Work,
    precondition?: Precondition,
  ): Promise<Changed> {
    await this.access.require(caller, id, permission);
    return this.database.transaction(async (tx) => work(tx, await this.access.lock(tx, id, precondition)));
  }
}

function requireRelease(workload: WorkloadRow): void {
  if (workload.currentReleaseId === null) throw workloadErrors.WorkloadNeverDeployed('Nothing was deployed yet.');
}
