import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page, type PageQuery, pageQuery, slug } from '@berth/contracts/common';
import {
  type AddPlacement,
  addPlacement,
  type Placement,
  placement,
  placementPage,
  type RemovePlacementQuery,
  removePlacementQuery,
  type ScalePlacement,
  scalePlacement,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { toPlacement } from '../clusters/placement.js';
import { Moves } from './moves.js';
import { PlacementChanges } from './placement-changes.js';

/** The clusters that a workload stands on: one that answers for it, and others beside it. */
@Controller('v1/workloads/:id/placements')
export class PlacementsController {
  constructor(
    private readonly moves: Moves,
    private readonly changes: PlacementChanges,
  ) {}

  @Get()
  @Requires('workloads:read')
  @Answers(placementPage)
  async listPlacements(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Placement>> {
    const page = await this.moves.list(caller, id, query);
    return { ...page, items: page.items.map(toPlacement) };
  }

  /** It arrives there in the background, and serves beside what there is. */
  @Post()
  @Requires('workloads:move')
  @Answers(placement, 202)
  async addPlacement(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: addPlacement }) body: AddPlacement,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Placement> {
    const added = await this.changes.add(caller, id, body);
    void reply.header('location', `/v1/workloads/${id}/placements`);
    return toPlacement(added);
  }

  @Post(':cluster/scale')
  @Requires('workloads:scale')
  @Answers(placement)
  async scalePlacement(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('cluster', { schema: slug }) cluster: string,
    @Body({ schema: scalePlacement }) { counts }: ScalePlacement,
  ): Promise<Placement> {
    return toPlacement(await this.changes.scale(caller, id, cluster, counts));
  }

  /** It drains there in the background. */
  @Delete(':cluster')
  @Requires('workloads:move')
  @Answers(placement, 202)
  async removePlacement(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('cluster', { schema: slug }) cluster: string,
    @Query({ schema: removePlacementQuery }) { drainSeconds }: RemovePlacementQuery,
  ): Promise<Placement> {
    return toPlacement(await this.changes.remove(caller, id, cluster, drainSeconds));
  }
}
