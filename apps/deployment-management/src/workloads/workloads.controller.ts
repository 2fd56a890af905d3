import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateWorkload,
  createWorkload,
  type DeleteWorkloadQuery,
  deleteWorkloadQuery,
  type ScaleWorkload,
  scaleWorkload,
  type UpdateWorkload,
  updateWorkload,
  type Workload,
  workload,
  type WorkloadChange,
  workloadChange,
  workloadPage,
  type WorkloadQuery,
  workloadQuery,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing, CONFIG, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Config } from '../config.js';
import type { Changed } from './scaling.js';
import { WorkloadActions } from './workload-actions.js';
import { WorkloadUpdates } from './workload-updates.js';
import { toWorkload, type WorkloadRow } from './workload.js';
import { WorkloadsService } from './workloads.service.js';

@Controller('v1/workloads')
export class WorkloadsController {
  constructor(
    private readonly workloads: WorkloadsService,
    private readonly updates: WorkloadUpdates,
    private readonly actions: WorkloadActions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @Requires('workloads:create')
  @Answers(workload, 201)
  async createWorkload(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createWorkload }) body: CreateWorkload,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Workload> {
    const made = await this.workloads.create(caller, body);
    void reply.header('location', `/v1/workloads/${made.id}`);
    return this.answer(made);
  }

  @Get()
  @Requires('workloads:read')
  @Answers(workloadPage)
  async listWorkloads(
    @CurrentCaller() caller: Caller,
    @Query({ schema: workloadQuery }) query: WorkloadQuery,
  ): Promise<Page<Workload>> {
    const page = await this.workloads.list(caller, query);
    return { ...page, items: page.items.map((row) => this.answer(row)) };
  }

  @Get(':id')
  @Requires('workloads:read')
  @Answers(workload)
  async getWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Workload> {
    const found = await this.workloads.get(caller, id);
    void reply.header('etag', entityTag(found.generation));
    return this.answer(found);
  }

  @Patch(':id')
  @Requires('workloads:update')
  @Answers(workload)
  async updateWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: updateWorkload }) body: UpdateWorkload,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Workload> {
    const changed = await this.updates.update(caller, id, body, ifMatch);
    void reply.header('etag', entityTag(changed.generation));
    return this.answer(changed);
  }

  @Delete(':id')
  @Requires('workloads:delete')
  @AnswersNothing(202)
  deleteWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: deleteWorkloadQuery }) { evenIfUsed }: DeleteWorkloadQuery,
  ): Promise<void> {
    return this.workloads.remove(caller, id, evenIfUsed);
  }

  @Post(':id/scale')
  @Requires('workloads:scale')
  @Answers(workloadChange)
  async scaleWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: scaleWorkload }) body: ScaleWorkload,
  ): Promise<WorkloadChange> {
    return this.change(await this.actions.scale(caller, id, body));
  }

  @Post(':id/stop')
  @Requires('workloads:scale')
  @Answers(workloadChange)
  async stopWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<WorkloadChange> {
    return this.change(await this.actions.stop(caller, id));
  }

  @Post(':id/start')
  @Requires('workloads:scale')
  @Answers(workloadChange)
  async startWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<WorkloadChange> {
    return this.change(await this.actions.start(caller, id));
  }

  @Post(':id/restart')
  @Requires('workloads:restart')
  @Answers(workloadChange)
  async restartWorkload(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<WorkloadChange> {
    return this.change(await this.actions.restart(caller, id));
  }

  private answer(row: WorkloadRow): Workload {
    return toWorkload(row, this.config.APP_URL_TEMPLATE);
  }

  private change({ workload: row, deploymentId }: Changed): WorkloadChange {
    return { workload: this.answer(row), deploymentId };
  }
}
