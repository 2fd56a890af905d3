import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type CreateSnapshot,
  createSnapshot,
  type EnvironmentRollback,
  environmentRollback,
  environmentRollbackPage,
  type RollBackEnvironment,
  rollBackEnvironment,
  type Snapshot,
  snapshot,
  snapshotPage,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EnvironmentRollbacks } from './environment-rollbacks.js';
import { SnapshotsService } from './snapshots.service.js';

@Controller('v1')
export class SnapshotsController {
  constructor(
    private readonly snapshots: SnapshotsService,
    private readonly rollbacks: EnvironmentRollbacks,
  ) {}

  @Post('environments/:id/snapshots')
  @Requires('deployments:create')
  @Answers(snapshot, 201)
  async createSnapshot(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: createSnapshot }) body: CreateSnapshot,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Snapshot> {
    const made = await this.snapshots.create(caller, id, body);
    void reply.header('location', `/v1/snapshots/${made.id}`);
    return made;
  }

  /** The newest first. */
  @Get('environments/:id/snapshots')
  @Requires('releases:read')
  @Answers(snapshotPage)
  listSnapshots(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Snapshot>> {
    return this.snapshots.list(caller, id, query);
  }

  @Get('snapshots/:id')
  @Requires('releases:read')
  @Answers(snapshot)
  getSnapshot(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Snapshot> {
    return this.snapshots.get(caller, id);
  }

  /** What was live then stays a release, and rollbacks to it keep their reports. */
  @Delete('snapshots/:id')
  @Requires('deployments:create')
  @AnswersNothing()
  deleteSnapshot(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.snapshots.remove(caller, id);
  }

  /** One deployment for each app that is not as it was; instance counts, domains and routes stay as they are. */
  @Post('environments/:id/rollbacks')
  @Requires('deployments:create')
  @Answers(environmentRollback, 202)
  async rollBackEnvironment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: rollBackEnvironment }) body: RollBackEnvironment,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EnvironmentRollback> {
    const begun = await this.rollbacks.begin(caller, id, body);
    void reply.header('location', `/v1/environments/${id}/rollbacks/${begun.id}`);
    return begun;
  }

  /** The newest first. */
  @Get('environments/:id/rollbacks')
  @Requires('deployments:read')
  @Answers(environmentRollbackPage)
  listEnvironmentRollbacks(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<EnvironmentRollback>> {
    return this.rollbacks.list(caller, id, query);
  }

  @Get('environments/:id/rollbacks/:rollbackId')
  @Requires('deployments:read')
  @Answers(environmentRollback)
  getEnvironmentRollback(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('rollbackId', { schema: objectId }) rollbackId: string,
  ): Promise<EnvironmentRollback> {
    return this.rollbacks.get(caller, id, rollbackId);
  }
}
