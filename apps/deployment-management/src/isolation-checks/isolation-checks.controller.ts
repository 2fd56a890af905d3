import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type CreateIsolationCheck,
  createIsolationCheck,
  type IsolationCheck,
  isolationCheck,
  isolationCheckPage,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { IsolationChecksService } from './isolation-checks.service.js';

@Controller('v1/clusters/:id/isolation-checks')
export class IsolationChecksController {
  constructor(private readonly checks: IsolationChecksService) {}

  /** Makes two tenants on the cluster that are gone again when it has ended, in about two minutes at most. */
  @Post()
  @Requires('clusters:update')
  @Answers(isolationCheck, 202)
  async checkIsolation(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: createIsolationCheck }) body: CreateIsolationCheck,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IsolationCheck> {
    const check = await this.checks.request(caller, id, body);
    void reply.header('location', `/v1/clusters/${id}/isolation-checks/${check.id}`);
    return check;
  }

  /** The newest first. */
  @Get()
  @Requires('clusters:read')
  @Answers(isolationCheckPage)
  listIsolationChecks(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<IsolationCheck>> {
    return this.checks.list(caller, id, query);
  }

  @Get(':checkId')
  @Requires('clusters:read')
  @Answers(isolationCheck)
  getIsolationCheck(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Param('checkId', { schema: objectId }) checkId: string,
  ): Promise<IsolationCheck> {
    return this.checks.get(caller, id, checkId);
  }
}
