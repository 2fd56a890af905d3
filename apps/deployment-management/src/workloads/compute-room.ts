import type { Failure, ProcessType } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { extraOf } from '../canaries/canary-room.js';
import { type DeploymentRow, isMoving, startsWorkload } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { type ComputeChange, Quotas } from '../quotas/quotas.js';
import { nothing, type Reservation, reservationOf, sum } from '../quotas/reservation.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { VolumeRoom } from '../volumes/volume-room.js';
import type { WorkloadRow } from './workload.js';

/** Whether the organization's quota has room for what a workload is to have running. All under the workload's row lock. */
@Injectable()
export class ComputeRoom {
  constructor(
    private readonly quotas: Quotas,
    private readonly releases: ReleasesRepository,
    private readonly volumes: VolumeRoom,
    private readonly deployments: DeploymentsRepository,
  ) {}

  /**
   * For a change at once, with the volumes that its instances need. A canary grows and shrinks with its workload: what is held
   * for it is counted anew. @throws 409 when there is no room for `wanted`, 422
   */
  async require(tx: Tx, workload: WorkloadRow, wanted: WorkloadRow): Promise<void> {
    const { extra, ...change } = await this.changeOf(tx, workload, wanted);
    await this.quotas.requireCompute(tx, change);
    await this.volumes.fit(tx, workload, wanted);
    if (extra.of) await this.deployments.setCanaryExtra(tx, extra.of.id, extra.after);
  }

  /** For what nobody can be refused: it is held for the workload whether there is room or not. */
  async take(tx: Tx, workload: WorkloadRow, wanted: WorkloadRow): Promise<void> {
    await this.quotas.take(tx, await this.changeOf(tx, workload, wanted));
  }

  private async changeOf(tx: Tx, workload: WorkloadRow, wanted: WorkloadRow): Promise<ComputeChange & WithExtra> {
    const { id: workloadId, organizationId } = workload;
    const releases = await this.releases.onRuntime(tx, workloadId);
    const now = releases.map((each) => each.processes);
    const then = [...now, ...now.map((types) => resized(types, wanted))];
    const extra = await this.extraFor(tx, wanted, releases);
    const before = sum(reservationOf(workload, now), extra.before);
    const after = sum(reservationOf(wanted, then), extra.after);
    return { workloadId, organizationId, before, after, extra };
  }

  /** For a deployment about to roll. `extra`: what it has running beside what is live, on purpose. */
  async refusalOf(
    tx: Tx,
    workload: WorkloadRow,
    { source }: Pick<DeploymentRow, 'source'>,
    target: Pick<Release, 'processes'>,
    extra: Reservation = nothing,
  ): Promise<Failure | undefined> {
    const { id: workloadId, organizationId } = workload;
    const now = (await this.releases.onRuntime(tx, workloadId)).map((each) => each.processes);
    const woken = startsWorkload(source) ? { ...workload, wantedState: 'running' as const } : workload;
    const change = {
      before: reservationOf(workload, now),
      after: sum(reservationOf(woken, [...now, target.processes]), extra),
    };
    const excess = await this.quotas.hold(tx, { workloadId, organizationId, ...change });
    return excess === null ? undefined : exceeded(excess, target);
  }

  /** What is held for the canary beside what is live, and what has to be. */
  private async extraFor(tx: Tx, wanted: WorkloadRow, releases: readonly Release[]): Promise<Extra> {
    const moving = (await this.deployments.active(tx, wanted.id)).find(({ status }) => isMoving(status));
    const types = releases.find(({ id }) => id === moving?.releaseId)?.processes;
    if (!moving?.canary || !types) return { before: nothing, after: nothing };
    const { extra: before, steps } = moving.canary;
    return { of: moving, before, after: extraOf(wanted, types, steps) };
  }
}

interface Extra {
  /** The deployment whose canary it is. */
  readonly of?: DeploymentRow;
  readonly before: Reservation;
  readonly after: Reservation;
}

interface WithExtra {
  readonly extra: Extra;
}

const resized = (types: readonly ProcessType[], { processSettings }: WorkloadRow): ProcessType[] =>
  types.map((type) => ({ ...type, ...processSettings[type.name] }));

const exceeded = (message: string, { processes }: Pick<Release, 'processes'>): Failure => ({
  cause: 'quota_exceeded',
  message,
  evidence: processes.map(({ name, cpuMillicores, memoryMib }) => `${name}: ${cpuMillicores}m, ${memoryMib} MiB each`),
  nextStep: 'Scale down or delete what is not needed, or ask an administrator to raise the quota.',
});
