import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Allocations } from '../allocations/allocations.js';
import type { Actor } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { PlacementRow } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { isOpen } from '../tasks/task.js';
import { TasksRepository } from '../tasks/tasks.repository.js';
import type { Destination } from './move-writer.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { workloadErrors } from './workloads.errors.js';
import { WorkloadsRepository } from './workloads.repository.js';

const pointer = '/cluster';
/** As long as anything may be asked to drain. */
const LONGEST_WAIT_SECONDS = 600;

/** Makes a cluster on which a workload stands already the one that answers for it; the one that did drains. */
@Injectable()
export class Successions {
  constructor(
    private readonly rows: PlacementsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly tasks: TasksRepository,
    private readonly allocations: Allocations,
    private readonly writer: WorkloadWriter,
    private readonly mint: Mint,
  ) {}

  /** Under the workload's row lock. @throws 409 when it is not live there, or a command runs where it stands */
  async takeOver(tx: Tx, workload: WorkloadRow, to: Destination, by: Actor): Promise<void> {
    const { id, cluster: from } = workload;
    const placements = await this.rows.all(tx, id);
    requireLive(placements.find((each) => each.id === to.cluster.id));
    await this.requireNoCommand(tx, workload);
    const isFormerThere = !placements.some(({ cluster, isOutOfReach }) => cluster === from && isOutOfReach);
    const { drainSeconds, failover } = to;
    // Who leaves one of several pays for what serves on there; who is taken from it does not.
    if (failover || !isFormerThere) await this.allocations.end(tx, workload, from, isFormerThere);
    const later = (seconds: number) => new Date(this.mint.now().getTime() + seconds * 1_000);
    const stays = failover ? undefined : { counts: workload.counts, waitsUntil: later(LONGEST_WAIT_SECONDS) };
    await this.rows.takeOver(tx, id, to.cluster.id, later(drainSeconds), stays);
    // Its counts are those of the workload from now on.
    await this.workloads.bump(tx, id);
    const detail = { cluster: to.name, drainSeconds, ...(failover && { failover }) };
    const beside = { was: { cluster: from }, is: { cluster: to.name } };
    await this.writer.changed(tx, workload, { by, action: 'workloads:move', detail, beside });
  }

  private async requireNoCommand(tx: Tx, { id, cluster }: WorkloadRow): Promise<void> {
    if (!(await this.tasks.onRuntime(tx, id)).some(isOpen)) return;
    const detail = `A command is running on ${cluster}: try again when it has ended.`;
    throw workloadErrors.PlacementNotLive(detail, { pointer });
  }
}

/** That one stands there is the proof that an arrival would have to bring. */
export const mayTakeOver = ({ state, isFirst, isGone, isOutOfReach, report }: PlacementRow): boolean =>
  !isFirst &&
  state === 'active' &&
  !isGone &&
  !isOutOfReach &&
  ['live', 'stopped', 'empty'].includes(report?.phase ?? '');

function requireLive(placement: PlacementRow | undefined): void {
  if (placement && mayTakeOver(placement)) return;
  throw workloadErrors.PlacementNotLive('It stands there, too, but is not live: see its placements.', { pointer });
}
