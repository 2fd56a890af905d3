import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type CreateDelegation,
  createDelegation,
  type Delegation,
  delegation,
  delegationPage,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DelegationsService } from './delegations.service.js';

/** Namespaces of clusters whose objects speak in a project. */
@Controller('v1/projects/:id/delegations')
export class DelegationsController {
  constructor(private readonly delegations: DelegationsService) {}

  /** They speak for the service account whose token this is asked with; 422 to a person. */
  @Post()
  @Requires('apps:create')
  @Answers(delegation, 201)
  async createDelegation(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: createDelegation }) body: CreateDelegation,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delegation> {
    const made = await this.delegations.create(caller, id, body);
    void reply.header('location', `/v1/projects/${id}/delegations/${made.id}`);
    return made;
  }

  @Get()
  @Requires('apps:read')
  @Answers(delegationPage)
  listDelegations(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Delegation>> {
    return this.delegations.list(caller, id, query);
  }

  @Get(':delegationId')
  @Requires('apps:read')
  @Answers(delegation)
  getDelegation(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('delegationId', { schema: objectId }) delegationId: string,
  ): Promise<Delegation> {
    return this.delegations.get(caller, id, delegationId);
  }

  /** What was declared stays. */
  @Delete(':delegationId')
  @Requires('apps:update')
  @AnswersNothing()
  deleteDelegation(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('delegationId', { schema: objectId }) delegationId: string,
  ): Promise<void> {
    return this.delegations.remove(caller, id, delegationId);
  }
}
