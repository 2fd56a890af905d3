import { type Caller, changedFrom } from '@berth/access';
import type { Environment, MoveTo } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { EnvironmentsRepository } from '../environments/environments.repository.js';
import { notFound } from '../not-found.js';
import { Destinations } from './destinations.js';
import { type Destination, MoveWriter } from './move-writer.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** Takes an environment with all that is in it from one cluster to another: all of it, or nothing. */
@Injectable()
export class EnvironmentMoves {
  constructor(
    private readonly environments: EnvironmentsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly destinations: Destinations,
    private readonly writer: MoveWriter,
    private readonly changes: Changes,
  ) {}

  /** Its workloads arrive in the background, each for itself; new ones go there at once. @throws as for one workload */
  async move(tx: Tx, id: string, to: MoveTo, by: Caller): Promise<Environment> {
    const environment = await this.environments.lock(tx, id);
    if (!environment) throw notFound();
    const destination = await this.destinations.of(tx, to, environment.regions);
    if (environment.cluster !== destination.name) await this.environments.turnTo(tx, id, destination.cluster.id);
    for (const workloadId of await this.workloads.idsIn(tx, id)) await this.moveOne(tx, workloadId, destination, by);
    const target = { kind: 'environment', id };
    const { organizationId } = environment;
    const change = changedFrom({ cluster: environment.cluster }, { cluster: destination.name });
    await this.changes.act(tx, { by, action: 'environments:move', target, organizationId, detail: { ...to }, change });
    return { ...environment, cluster: destination.name };
  }

  private async moveOne(tx: Tx, workloadId: string, destination: Destination, by: Caller): Promise<void> {
    const workload = await this.workloads.lock(tx, workloadId);
    if (!workload || workload.deletedAt) return;
    await this.writer.move(tx, workload, destination, by);
  }
}
