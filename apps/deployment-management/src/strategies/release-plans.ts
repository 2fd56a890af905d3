import type { Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Canary, newCanary, sharesOf } from '../canaries/canary.js';
import { extraOf, isShared } from '../canaries/canary-room.js';
import { type DeploymentRow } from '../deployments/deployment.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import type { CanarySupport } from '../runtime/runtime.js';
import { ComputeRoom } from '../workloads/compute-room.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { obstacleTo } from './obstacle.js';

export interface ReleasePlan {
  /** Nothing may be touched. */
  readonly refusal?: Failure;
  readonly canary?: Canary;
}

/** How a deployment that is about to roll takes the place of what is live. */
@Injectable()
export class ReleasePlans {
  constructor(
    private readonly room: ComputeRoom,
    private readonly releases: ReleasesRepository,
  ) {}

  /** `workload` was read under its row lock. */
  async of(
    tx: Tx,
    workload: WorkloadRow,
    moving: Pick<DeploymentRow, 'source'>,
    target: Pick<Release, 'processes'>,
    support: CanarySupport,
  ): Promise<ReleasePlan> {
    const former = await this.formerOf(tx, workload);
    const { strategy } = workload;
    if (strategy.kind === 'rolling' || !former || !isShared(workload, moving.source))
      return this.whole(tx, workload, moving, target);
    const processes = [former.processes, target.processes];
    const obstacle = obstacleTo(strategy, { ...workload, support, processes });
    if (obstacle) return { refusal: unsupported(obstacle) };
    const extra = extraOf(workload, target.processes, sharesOf(strategy).steps);
    const canary = newCanary(strategy, extra, support === 'counted');
    const refusal = await this.room.refusalOf(tx, workload, moving, target, canary.extra);
    return refusal ? { refusal } : { canary };
  }

  private async whole(
    tx: Tx,
    workload: WorkloadRow,
    moving: Pick<DeploymentRow, 'source'>,
    target: Pick<Release, 'processes'>,
  ): Promise<ReleasePlan> {
    const refusal = await this.room.refusalOf(tx, workload, moving, target);
    return refusal ? { refusal } : {};
  }

  private async formerOf(tx: Tx, { currentReleaseId }: WorkloadRow): Promise<Release | undefined> {
    return currentReleaseId === null ? undefined : this.releases.find(tx, currentReleaseId);
  }
}

const unsupported = (message: string): Failure => ({
  cause: 'config_invalid',
  message,
  evidence: ['No instance was touched.'],
  nextStep: 'Release it by rolling (berth apps set-strategy rolling), or change what stands in the way.',
});
