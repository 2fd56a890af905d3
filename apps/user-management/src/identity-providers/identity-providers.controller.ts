import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type CreateIdentityProvider,
  createIdentityProvider,
  identityProvider,
  identityProviderPage,
  type IdentityProviderQuery,
  identityProviderQuery,
  type IdentityProviderView,
  type UpdateIdentityProvider,
  updateIdentityProvider,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing, entityTag } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { type IdentityProviderRecord, toView } from './identity-provider.js';
import { IdentityProvidersService } from './identity-providers.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Controller('v1/identity-providers')
export class IdentityProvidersController {
  constructor(@Inject(IdentityProvidersService) private readonly providers: IdentityProvidersService) {}

  @Get()
  @Requires('identity-providers:read')
  @Answers(identityProviderPage)
  listIdentityProviders(
    @CurrentCaller() caller: Caller,
    @Query({ schema: identityProviderQuery }) query: IdentityProviderQuery,
  ): Promise<Page<IdentityProviderView>> {
    return this.providers.list(caller, query);
  }

  @Post()
  @Requires('identity-providers:update')
  @ProvenRecently()
  @Answers(identityProvider, 201)
  async createIdentityProvider(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createIdentityProvider }) body: CreateIdentityProvider,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<IdentityProviderView> {
    const provider = await this.providers.create(caller, body);
    void reply.header('location', `/v1/identity-providers/${provider.id}`);
    return tagged(provider, reply);
  }

  @Get(':id')
  @Requires('identity-providers:read')
  @Answers(identityProvider)
  async getIdentityProvider(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) providerId: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<IdentityProviderView> {
    return tagged(await this.providers.get(caller, providerId), reply);
  }

  @Patch(':id')
  @Requires('identity-providers:update')
  @ProvenRecently()
  @Answers(identityProvider)
  async updateIdentityProvider(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) providerId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: updateIdentityProvider }) body: UpdateIdentityProvider,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<IdentityProviderView> {
    return tagged(await this.providers.update(caller, providerId, ifMatch, body), reply);
  }

  @Delete(':id')
  @Requires('identity-providers:update')
  @ProvenRecently()
  @AnswersNothing()
  deleteIdentityProvider(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) providerId: string,
  ): Promise<void> {
    return this.providers.delete(caller, providerId);
  }
}

function tagged(provider: IdentityProviderRecord, reply: Reply): IdentityProviderView {
  void reply.header('etag', entityTag(provider.generation));
  return toView(provider);
}
