import type { Caller } from '@berth/access';
import type { Page, PageQuery } from '@berth/contracts/common';
import type { Environment, MoveTo } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { PlacementRow } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { EnvironmentsRepository } from '../environments/environments.repository.js';
import { notFound } from '../not-found.js';
import { Destinations } from './destinations.js';
import { WorkloadAccess } from './workload-access.js';
import { MoveWriter } from './move-writer.js';

/** Takes a workload from one cluster to another. */
@Injectable()
export class Moves {
  constructor(
    private readonly database: Database,
    private readonly access: WorkloadAccess,
    private readonly environments: EnvironmentsRepository,
    private readonly placements: PlacementsRepository,
    private readonly destinations: Destinations,
    private readonly writer: MoveWriter,
  ) {}

  /** It arrives in the background. @throws 422, 409 when it cannot be placed there */
  async move(caller: Caller, id: string, to: MoveTo): Promise<PlacementRow[]> {
    const { environmentId } = await this.access.require(caller, id, 'workloads:move');
    return this.database.transaction(async (tx) => {
      const { regions } = await this.lockEnvironment(tx, environmentId);
      const workload = await this.access.lock(tx, id);
      const destination = await this.destinations.of(tx, to, regions);
      await this.destinations.requireAlone(tx, workload);
      await this.writer.move(tx, workload, destination, caller);
      return this.placements.all(tx, id);
    });
  }

  /** Where it stands, is on its way to, or was and is not quite gone from. */
  async list(caller: Caller, id: string, query: PageQuery): Promise<Page<PlacementRow>> {
    await this.access.require(caller, id, 'workloads:read');
    return toPage(await this.placements.list(this.database.confined, id, query), query.limit, (row) => row.id);
  }

  /** Before the workload's, as when one is made in it. */
  private async lockEnvironment(tx: Tx, id: string): Promise<Environment> {
    const environment = await this.environments.lock(tx, id);
    if (!environment) throw notFound();
    return environment;
  }
}
