import { Module } from '@nestjs/common';
import { ApiTokensModule } from '../api-tokens/api-tokens.module.js';
import { DeviceFlowModule } from '../device-flow/device-flow.module.js';
import { OrganizationTokensModule } from '../organization-tokens/organization-tokens.module.js';
import { ServiceAccountsModule } from '../service-accounts/service-accounts.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { ClientAuthentication } from './client-authentication.js';
import { MetadataController } from './metadata.controller.js';
import { OAuthController } from './oauth.controller.js';
import { PresentedTokens } from './presented-tokens.js';
import { PresentedTokensRepository } from './presented-tokens.repository.js';
import { TokenGrants } from './token-grants.js';
import { TokenIntrospection } from './token-introspection.js';
import { TokenRevocation } from './token-revocation.js';

@Module({
  imports: [
    ApiTokensModule,
    DeviceFlowModule,
    OrganizationTokensModule,
    ServiceAccountsModule,
    SessionsModule,
    SigningKeysModule,
  ],
  controllers: [MetadataController, OAuthController],
  providers: [
    ClientAuthentication,
    PresentedTokens,
    PresentedTokensRepository,
    TokenGrants,
    TokenIntrospection,
    TokenRevocation,
  ],
})
export class OAuthModule {}
