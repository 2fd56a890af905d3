import type { Caller } from '@berth/access';
import type { AddPlacement, InstanceCounts } from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isWanted, type PlacementRow } from '../clusters/placement.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { notFound } from '../not-found.js';
import { Destinations } from './destinations.js';
import { FurtherRules } from './further-rules.js';
import { PlacementWriter } from './placement-writer.js';
import { WorkloadAccess } from './workload-access.js';
import type { WorkloadRow } from './workload.js';
import { workloadErrors } from './workloads.errors.js';

/** Has a workload stand on several clusters at once. */
@Injectable()
export class PlacementChanges {
  constructor(
    private readonly database: Database,
    private readonly access: WorkloadAccess,
    private readonly placements: PlacementsRepository,
    private readonly writer: PlacementWriter,
    private readonly destinations: Destinations,
    private readonly rules: FurtherRules,
  ) {}

  /** It arrives in the background. @throws 422, 409 when it cannot be placed there */
  async add(caller: Caller, id: string, wanted: AddPlacement): Promise<PlacementRow> {
    const { environmentId } = await this.access.require(caller, id, 'workloads:move');
    const { cluster, counts } = wanted;
    return this.database.transaction(async (tx) => {
      const to = await this.destinations.in(tx, environmentId, cluster);
      const workload = await this.access.lock(tx, id);
      await this.requireFree(tx, id, to.cluster.id);
      await this.rules.requirePossible(tx, workload, to, counts);
      await this.destinations.claimSpace(tx, workload, to);
      await this.writer.join(tx, workload, { to, counts }, caller);
      return this.find(tx, id, to.cluster.id);
    });
  }

  /** @throws 404 when it does not stand there, 422 when it is the first, whose counts are the workload's */
  async scale(caller: Caller, id: string, cluster: string, counts: InstanceCounts): Promise<PlacementRow> {
    await this.access.require(caller, id, 'workloads:scale');
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id);
      const placement = await this.requireFurther(tx, workload, cluster);
      const others = workload.further.filter((each) => each.cluster !== cluster);
      const there = { cluster, counts: { ...placement.counts, ...counts }, state: 'active' as const };
      await this.rules.requireCounts(tx, workload, counts, { further: [...others, there], leaving: workload.leaving });
      await this.writer.scale(tx, workload, placement, counts, caller);
      return this.find(tx, id, placement.id);
    });
  }

  /** It goes on serving there for as long as is said. @throws 404, 422 when it is the first */
  async remove(caller: Caller, id: string, cluster: string, drainSeconds: number): Promise<PlacementRow> {
    await this.access.require(caller, id, 'workloads:move');
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id);
      const placement = await this.requireFurther(tx, workload, cluster);
      await this.writer.part(tx, workload, { placement, drainSeconds }, caller);
      return this.find(tx, id, placement.id);
    });
  }

  private async requireFree(tx: Tx, workloadId: string, clusterId: string): Promise<void> {
    const there = (await this.placements.all(tx, workloadId)).find(({ id }) => id === clusterId);
    if (!there || !isWanted(there)) return;
    throw workloadErrors.PlacementExists('It stands there, or is on its way there.', { pointer: '/cluster' });
  }

  private async requireFurther(tx: Tx, { id, appSlug }: WorkloadRow, cluster: string): Promise<PlacementRow> {
    const placement = (await this.placements.all(tx, id)).find((each) => each.cluster === cluster && isWanted(each));
    if (!placement) throw notFound();
    if (!placement.isFirst) return placement;
    const detail = `${cluster} answers for ${appSlug}: scale ${appSlug} itself, or move it to another cluster.`;
    throw workloadErrors.PlacementIsFirst(detail, { pointer: '/cluster' });
  }

  private async find(tx: Tx, workloadId: string, clusterId: string): Promise<PlacementRow> {
    const row = (await this.placements.all(tx, workloadId)).find(({ id }) => id === clusterId);
    if (!row) throw new Error('A placement is gone that was just changed.');
    return row;
  }
}
