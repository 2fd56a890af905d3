import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateVolume,
  createVolume,
  type UpdateVolume,
  updateVolume,
  type Volume,
  volume,
  volumePage,
  type VolumeQuery,
  volumeQuery,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { VolumesService } from './volumes.service.js';

/** Storage of workloads that outlives their instances and releases. */
@Controller('v1/volumes')
export class VolumesController {
  constructor(private readonly volumes: VolumesService) {}

  /** Instances that are there are replaced by ones that have it. */
  @Post()
  @Requires('volumes:create')
  @Answers(volume, 201)
  async createVolume(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createVolume }) body: CreateVolume,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Volume> {
    const made = await this.volumes.create(caller, body);
    void reply.header('location', `/v1/volumes/${made.id}`);
    return made;
  }

  @Get()
  @Requires('volumes:read')
  @Answers(volumePage)
  listVolumes(
    @CurrentCaller() caller: Caller,
    @Query({ schema: volumeQuery }) query: VolumeQuery,
  ): Promise<Page<Volume>> {
    return this.volumes.list(caller, query);
  }

  @Get(':id')
  @Requires('volumes:read')
  @Answers(volume)
  async getVolume(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Volume> {
    const found = await this.volumes.get(caller, id);
    void reply.header('etag', entityTag(found.generation));
    return found;
  }

  /** It grows; its instances go on meanwhile. */
  @Patch(':id')
  @Requires('volumes:update')
  @Answers(volume)
  async updateVolume(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: updateVolume }) body: UpdateVolume,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Volume> {
    const changed = await this.volumes.grow(caller, id, body, ifMatch);
    void reply.header('etag', entityTag(changed.generation));
    return changed;
  }

  /** What is in it is lost: instances are replaced by ones without it, then the cluster reclaims it. */
  @Delete(':id')
  @Requires('volumes:delete')
  @AnswersNothing(202)
  deleteVolume(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.volumes.remove(caller, id);
  }
}
