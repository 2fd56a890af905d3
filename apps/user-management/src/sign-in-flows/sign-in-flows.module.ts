import { CONFIG, outboundFetch } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { GroupsModule } from '../groups/groups.module.js';
import { IdentityProvidersModule } from '../identity-providers/identity-providers.module.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { RegistrationsModule } from '../registrations/registrations.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddressProofs } from './address-proofs.js';
import { FlowLogin } from './flow-login.js';
import { FlowRegistration } from './flow-registration.js';
import { IdentityLinker } from './identity-linker.js';
import { LinkedIdentitiesController } from './linked-identities.controller.js';
import { LinkedIdentitiesRepository } from './linked-identities.repository.js';
import { LinkedIdentitiesService } from './linked-identities.service.js';
import { LinkedUsers } from './linked-users.js';
import { OAuth2Provider } from './oauth2.provider.js';
import { OpenIdConnectProvider } from './openid-connect.provider.js';
import { ProviderAccounts } from './provider-accounts.js';
import { ProviderMemberships } from './provider-memberships.js';
import { SIGN_IN_PROVIDERS, type SignInProviders } from './sign-in-provider.js';
import { SignInFlowsController } from './sign-in-flows.controller.js';
import { SignInFlowsRepository } from './sign-in-flows.repository.js';
import { SignInFlowsService } from './sign-in-flows.service.js';

function adapters({ PRIVATE_IDENTITY_PROVIDERS: allowPrivateAddresses }: Config): SignInProviders {
  const fetch = outboundFetch({ allowPrivateAddresses, timeoutMs: 10_000, maxBytes: 1_048_576 });
  return { oidc: new OpenIdConnectProvider(fetch), oauth2: new OAuth2Provider(fetch) };
}

@Module({
  imports: [
    GroupsModule,
    IdentityProvidersModule,
    MembershipsModule,
    OrganizationsModule,
    PasswordProofModule,
    RegistrationsModule,
    SecondFactorModule,
    SessionsModule,
    UsersModule,
  ],
  controllers: [SignInFlowsController, LinkedIdentitiesController],
  providers: [
    AddressProofs,
    FlowLogin,
    FlowRegistration,
    IdentityLinker,
    LinkedIdentitiesRepository,
    LinkedIdentitiesService,
    LinkedUsers,
    ProviderAccounts,
    ProviderMemberships,
    { provide: SIGN_IN_PROVIDERS, inject: [CONFIG], useFactory: adapters },
    SignInFlowsRepository,
    SignInFlowsService,
  ],
  exports: [LinkedIdentitiesRepository],
})
export class SignInFlowsModule {}
