import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateDeployment,
  createDeployment,
  type Deployment,
  deployment,
  deploymentPage,
  type DeploymentQuery,
  deploymentQuery,
  type DryRun,
  dryRun,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DeploymentRequests } from './deployment-requests.js';
import { DeploymentsService } from './deployments.service.js';
import { DryRuns } from './dry-runs.js';

const createQuery = z.object({ dryRun: z.stringbool().default(false) });
type CreateQuery = z.infer<typeof createQuery>;

@Controller('v1')
export class DeploymentsController {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly requests: DeploymentRequests,
    private readonly dryRuns: DryRuns,
  ) {}

  /** Answers 202 and a deployment that ends; with `?dryRun=true` 200 and what it would change. */
  @Post('workloads/:id/deployments')
  @Requires('deployments:create')
  @Answers(z.union([deployment, dryRun]), 202)
  async createDeployment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: createQuery }) query: CreateQuery,
    @Body({ schema: createDeployment }) body: CreateDeployment,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Deployment | DryRun> {
    if (query.dryRun) {
      void reply.status(200);
      return this.dryRuns.of(caller, id, body);
    }
    const started = await this.requests.create(caller, id, body);
    void reply.header('location', `/v1/deployments/${started.id}`);
    return started;
  }

  @Get('deployments')
  @Requires('deployments:read')
  @Answers(deploymentPage)
  listDeployments(
    @CurrentCaller() caller: Caller,
    @Query({ schema: deploymentQuery }) query: DeploymentQuery,
  ): Promise<Page<Deployment>> {
    return this.deployments.list(caller, query);
  }

  @Get('deployments/:id')
  @Requires('deployments:read')
  @Answers(deployment)
  getDeployment(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Deployment> {
    return this.deployments.get(caller, id);
  }

  /** Of a release that waits to be promoted: it gets the requests when all of its instances are found ready. */
  @Post('deployments/:id/promote')
  @Requires('deployments:create')
  @Answers(deployment)
  promoteDeployment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<Deployment> {
    return this.deployments.promote(caller, id);
  }

  @Post('deployments/:id/cancel')
  @Requires('deployments:cancel')
  @Answers(deployment)
  cancelDeployment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<Deployment> {
    return this.deployments.cancel(caller, id);
  }
}
