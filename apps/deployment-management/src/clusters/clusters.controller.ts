import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type Cluster,
  cluster,
  clusterPage,
  type ClusterQuery,
  clusterQuery,
  type ClusterRemoval,
  clusterRemoval,
  type ClusterReport,
  clusterReport,
  type CreateCluster,
  createCluster,
  type UpdateCluster,
  updateCluster,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ClustersService } from './clusters.service.js';

@Controller('v1/clusters')
export class ClustersController {
  constructor(private readonly clusters: ClustersService) {}

  @Post()
  @Requires('clusters:update')
  @Answers(cluster, 201)
  async registerCluster(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createCluster }) body: CreateCluster,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Cluster> {
    const made = await this.clusters.register(caller, body);
    void reply.header('location', `/v1/clusters/${made.id}`);
    return tagged(reply, made);
  }

  @Get()
  @Requires('clusters:read')
  @Answers(clusterPage)
  listClusters(
    @CurrentCaller() caller: Caller,
    @Query({ schema: clusterQuery }) query: ClusterQuery,
  ): Promise<Page<Cluster>> {
    return this.clusters.list(caller, query);
  }

  @Get(':id')
  @Requires('clusters:read')
  @Answers(cluster)
  async getCluster(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Cluster> {
    return tagged(reply, await this.clusters.get(caller, id));
  }

  /** Looks at the cluster now, which takes 20 s at most. */
  @Get(':id/report')
  @Requires('clusters:read')
  @Answers(clusterReport)
  reportCluster(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<ClusterReport> {
    return this.clusters.report(caller, id);
  }

  @Patch(':id')
  @Requires('clusters:update')
  @Answers(cluster)
  async updateCluster(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: updateCluster }) body: UpdateCluster,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Cluster> {
    return tagged(reply, await this.clusters.update(caller, id, body, ifMatch));
  }

  /** From now on nothing new is placed there; what stands there stays. */
  @Post(':id/cordon')
  @Requires('clusters:update')
  @Answers(cluster)
  cordonCluster(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Cluster> {
    return this.clusters.cordon(caller, id, true);
  }

  @Post(':id/uncordon')
  @Requires('clusters:update')
  @Answers(cluster)
  uncordonCluster(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Cluster> {
    return this.clusters.cordon(caller, id, false);
  }

  /** `force`: although something stands there. Refused while it answers; what stood there waits to be moved elsewhere. */
  @Delete(':id')
  @Requires('clusters:update')
  @AnswersNothing()
  removeCluster(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: clusterRemoval }) { force }: ClusterRemoval,
  ): Promise<void> {
    return force ? this.clusters.giveUp(caller, id) : this.clusters.remove(caller, id);
  }
}

function tagged(reply: FastifyReply, answer: Cluster): Cluster {
  void reply.header('etag', entityTag(answer.generation));
  return answer;
}
