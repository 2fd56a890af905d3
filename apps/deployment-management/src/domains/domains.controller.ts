import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import {
  type CreateDomain,
  createDomain,
  type Domain,
  domain,
  domainPage,
  type DomainQuery,
  domainQuery,
  type VouchForDomain,
  vouchForDomain,
} from '@berth/contracts/deployment';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainsService } from './domains.service.js';

/** Hosts of their own that lead to workloads. */
@Controller('v1/domains')
export class DomainsController {
  constructor(private readonly domains: DomainsService) {}

  /** Leads nowhere until the TXT record of its challenge was found. */
  @Post()
  @Requires('domains:create')
  @Answers(domain, 201)
  async createDomain(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createDomain }) body: CreateDomain,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Domain> {
    const made = await this.domains.create(caller, body);
    void reply.header('location', `/v1/domains/${made.id}`);
    return made;
  }

  @Get()
  @Requires('domains:read')
  @Answers(domainPage)
  listDomains(
    @CurrentCaller() caller: Caller,
    @Query({ schema: domainQuery }) query: DomainQuery,
  ): Promise<Page<Domain>> {
    return this.domains.list(caller, query);
  }

  @Get(':id')
  @Requires('domains:read')
  @Answers(domain)
  getDomain(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Domain> {
    return this.domains.get(caller, id);
  }

  /** Looks for the record now, and anew when it was given up. */
  @Post(':id/verify')
  @Requires('domains:create')
  @Answers(domain, 202)
  verifyDomain(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Domain> {
    return this.domains.verify(caller, id);
  }

  /** An administrator's word takes the place of the record. */
  @Post(':id/vouch')
  @Requires('domains:vouch')
  @Answers(domain, 202)
  vouchForDomain(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: vouchForDomain }) body: VouchForDomain,
  ): Promise<Domain> {
    return this.domains.vouch(caller, id, body.reason);
  }

  /** It leads nowhere as soon as every cluster was told; until then nobody else gets the host. */
  @Delete(':id')
  @Requires('domains:delete')
  @AnswersNothing(202)
  deleteDomain(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<void> {
    return this.domains.remove(caller, id);
  }
}
