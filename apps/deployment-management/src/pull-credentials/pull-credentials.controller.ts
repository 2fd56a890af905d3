import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreatePullCredential,
  createPullCredential,
  type PullCredential,
  pullCredential,
  pullCredentialPage,
  type PullCredentialQuery,
  pullCredentialQuery,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PullCredentialsService } from './pull-credentials.service.js';

/** As whom clusters pull the images of an organization. */
@Controller('v1/pull-credentials')
export class PullCredentialsController {
  constructor(private readonly credentials: PullCredentialsService) {}

  @Post()
  @Requires('pull-credentials:create')
  @Answers(pullCredential, 201)
  async createPullCredential(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createPullCredential }) body: CreatePullCredential,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PullCredential> {
    const made = await this.credentials.create(caller, body);
    void reply.header('location', `/v1/pull-credentials/${made.id}`);
    return made;
  }

  @Get()
  @Requires('pull-credentials:read')
  @Answers(pullCredentialPage)
  listPullCredentials(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pullCredentialQuery }) query: PullCredentialQuery,
  ): Promise<Page<PullCredential>> {
    return this.credentials.list(caller, query);
  }

  @Get(':id')
  @Requires('pull-credentials:read')
  @Answers(pullCredential)
  getPullCredential(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<PullCredential> {
    return this.credentials.get(caller, id);
  }

  /** Clusters forget it; what was pulled already is still there. */
  @Delete(':id')
  @Requires('pull-credentials:delete')
  @AnswersNothing()
  deletePullCredential(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.credentials.remove(caller, id);
  }
}
