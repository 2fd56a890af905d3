import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreatedOrganizationToken,
  createdOrganizationToken,
  type CreateOrganizationToken,
  createOrganizationToken,
  organizationTokenPage,
  type OrganizationTokenQuery,
  organizationTokenQuery,
  type OrganizationTokenView,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Header, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { OrganizationTokensService } from './organization-tokens.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/organization-tokens')
export class OrganizationTokensController {
  constructor(@Inject(OrganizationTokensService) private readonly tokens: OrganizationTokensService) {}

  @Get()
  @Requires('organization-tokens:read')
  @Answers(organizationTokenPage)
  listOrganizationTokens(
    @CurrentCaller() caller: Caller,
    @Query({ schema: organizationTokenQuery }) query: OrganizationTokenQuery,
  ): Promise<Page<OrganizationTokenView>> {
    return this.tokens.list(caller, query);
  }

  @Post()
  @Requires('organization-tokens:create', 'memberships:create')
  @ProvenRecently()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(createdOrganizationToken, 201)
  async createOrganizationToken(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createOrganizationToken }) body: CreateOrganizationToken,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CreatedOrganizationToken> {
    const { created, access } = await this.tokens.create(caller, body);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    return created;
  }

  @Delete(':id')
  @Requires('organization-tokens:delete')
  @AnswersNothing()
  async revokeOrganizationToken(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) tokenId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    void reply.header(BERTH_ACCESS, formatBerthAccess(await this.tokens.revoke(caller, tokenId)));
  }
}
