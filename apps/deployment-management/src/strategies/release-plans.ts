import type { Failure, ProcessType } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Canary, canaryInstances, newCanary } from '../canaries/canary.js';
import { type DeploymentRow } from '../deployments/deployment.js';
import type { Reservation } from '../quotas/reservation.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import type { CanarySupport } from '../runtime/runtime.js';
import { ComputeRoom } from '../workloads/compute-room.js';
import { mostInstancesOf, type WorkloadRow } from '../workloads/workload.js';
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
    moving: DeploymentRow,
    target: Release,
    support: CanarySupport,
  ): Promise<ReleasePlan> {
    const former = await this.formerOf(tx, workload);
    const { strategy, volumes } = workload;
    if (strategy.kind !== 'canary' || !former || !isShared(workload, moving))
      return this.whole(tx, workload, moving, target);
    const processes = [former.processes, target.processes];
    const obstacle = obstacleTo(strategy, { support, volumes, processes });
    if (obstacle) return { refusal: unsupported(obstacle) };
    const canary = newCanary(strategy, extraOf(workload, target.processes, strategy.steps));
    const refusal = await this.room.refusalOf(tx, workload, moving, target, canary.extra);
    return refusal ? { refusal } : { canary };
  }

  private async whole(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, target: Release): Promise<ReleasePlan> {
    const refusal = await this.room.refusalOf(tx, workload, moving, target);
    return refusal ? { refusal } : {};
  }

  private async formerOf(tx: Tx, { currentReleaseId }: WorkloadRow): Promise<Release | undefined> {
    return currentReleaseId === null ? undefined : this.releases.find(tx, currentReleaseId);
  }
}

/** A rollback is in a hurry, and what runs nothing has no requests to share. */
const isShared = (workload: WorkloadRow, { source }: DeploymentRow): boolean =>
  source.kind !== 'release' && mostInstancesOf(workload, 'web') > 0;

/** The most that a canary has beside the former release, whatever its step. */
function extraOf(workload: WorkloadRow, types: readonly ProcessType[], steps: Canary['steps']): Reservation {
  const web = types.find(({ name }) => name === 'web');
  const most = canaryInstances({ steps, step: steps.length - 1 }, mostInstancesOf(workload, 'web'));
  return { cpuMillicores: most * (web?.cpuMillicores ?? 0), memoryMib: most * (web?.memoryMib ?? 0) };
}

const unsupported = (message: string): Failure => ({
  cause: 'config_invalid',
  message,
  evidence: ['No instance was touched.'],
  nextStep: 'Release it by rolling (berth apps set-strategy rolling), or change what stands in the way.',
});
