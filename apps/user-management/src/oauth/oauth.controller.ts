import { Public } from '@berth/access';
import {
  type Introspection,
  introspection,
  type IntrospectionRequest,
  introspectionRequest,
  type RevocationRequest,
  revocationRequest,
  type TokenRequest,
  tokenRequest,
  type TokenResponse,
  tokenResponse,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Header, Headers, Inject, Post } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { credentialsOf } from './client-credentials.js';
import { RefusesAsOAuth } from './oauth-error.filter.js';
import { TokenGrants } from './token-grants.js';
import { TokenIntrospection } from './token-introspection.js';
import { TokenRevocation } from './token-revocation.js';

/** Clients prove themselves, not people: no route of these takes an access token. */
@Public()
@RefusesAsOAuth()
@Controller('v1/oauth')
export class OAuthController {
  constructor(
    @Inject(TokenGrants) private readonly grants: TokenGrants,
    @Inject(TokenIntrospection) private readonly introspections: TokenIntrospection,
    @Inject(TokenRevocation) private readonly revocations: TokenRevocation,
  ) {}

  @Post('token')
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @ApiConsumes('application/x-www-form-urlencoded')
  @Answers(tokenResponse)
  oauthToken(
    @Body({ schema: tokenRequest }) body: TokenRequest,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<TokenResponse> {
    return this.grants.grant(body, credentialsOf(authorization, body));
  }

  @Post('introspect')
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @ApiConsumes('application/x-www-form-urlencoded')
  @Answers(introspection)
  introspectToken(
    @Body({ schema: introspectionRequest }) body: IntrospectionRequest,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<Introspection> {
    return this.introspections.introspect(body.token, credentialsOf(authorization, body));
  }

  @Post('revoke')
  @AnswerNotStored()
  @ApiConsumes('application/x-www-form-urlencoded')
  @AnswersNothing(200)
  revokeToken(@Body({ schema: revocationRequest }) body: RevocationRequest): Promise<void> {
    return this.revocations.revoke(body.token);
  }
}
