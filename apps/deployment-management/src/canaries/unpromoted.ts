import type { Failure } from '@berth/contracts/common';
import type { ReconcileContext } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type DeploymentRow, isMoving } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { Transitions } from '../deployments/transitions.js';
import { underLock } from '../workloads/under-lock.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { awaitsPromotion } from './canary.js';

/** A release that nobody has promoted yet had no users, and may wait for days: it holds up nothing that has to happen. */
@Injectable()
export class Unpromoted {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
    private readonly workloads: WorkloadsRepository,
  ) {}

  /** Its cluster does not answer, and the workload leaves it. `workload` was read under its row lock. */
  leaveBehind(tx: Tx, workload: WorkloadRow): Promise<void> {
    return this.end(tx, workload, { cause: 'runtime_unavailable', why: `${workload.cluster} was found not to answer` });
  }

  /** The workload goes to another cluster. */
  giveWay(context: ReconcileContext, workloadId: string): Promise<void> {
    const why = 'the workload moved to another cluster';
    return underLock(context, this.workloads, workloadId, (tx, workload) =>
      this.end(tx, workload, { cause: 'superseded', why }),
    );
  }

  private async end(tx: Tx, workload: WorkloadRow, { cause, why }: Reason): Promise<void> {
    const moving = (await this.deployments.active(tx, workload.id)).find(isUnpromoted);
    if (!moving) return;
    await this.transitions.fail(tx, workload, moving, {
      ...{ cause, message: `It waited to be promoted when ${why}.` },
      evidence: [`v${moving.release} was ready beside v${workload.currentRelease}, and got no requests.`],
      nextStep: 'Deploy again when the workload has arrived (berth placements list).',
    });
  }
}

interface Reason {
  readonly cause: Failure['cause'];
  readonly why: string;
}

export const isUnpromoted = ({ status, canary }: Pick<DeploymentRow, 'status' | 'canary'>): boolean =>
  isMoving(status) && canary?.state === 'waiting' && awaitsPromotion(canary);
