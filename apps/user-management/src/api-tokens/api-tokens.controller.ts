import { Authenticated, type Caller, CurrentCaller, Public } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import {
  type AccessToken,
  accessToken,
  apiTokenPage,
  type ApiTokenView,
  type CreateApiToken,
  createApiToken,
  type CreatedApiToken,
  createdApiToken,
  type ExchangeApiToken,
  exchangeApiToken,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Header, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTokenExchange } from './api-token-exchange.js';
import { ApiTokensService } from './api-tokens.service.js';

@Controller('v1')
export class ApiTokensController {
  constructor(
    @Inject(ApiTokensService) private readonly tokens: ApiTokensService,
    @Inject(ApiTokenExchange) private readonly exchanges: ApiTokenExchange,
  ) {}

  @Get('api-tokens')
  @Authenticated()
  @Answers(apiTokenPage)
  listApiTokens(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<ApiTokenView>> {
    return this.tokens.list(caller, query);
  }

  @Post('api-tokens')
  @Authenticated()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(createdApiToken, 201)
  createApiToken(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createApiToken }) body: CreateApiToken,
  ): Promise<CreatedApiToken> {
    return this.tokens.create(caller, body);
  }

  @Delete('api-tokens/:id')
  @Authenticated()
  @AnswersNothing()
  revokeApiToken(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) tokenId: string): Promise<void> {
    return this.tokens.revoke(caller, tokenId);
  }

  @Post('auth/token')
  @Public()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(accessToken)
  exchangeApiToken(@Body({ schema: exchangeApiToken }) body: ExchangeApiToken): Promise<AccessToken> {
    return this.exchanges.exchange(body.apiToken);
  }
}
