import { Module } from '@nestjs/common';
import { GroupsModule } from '../groups/groups.module.js';
import { IdentityProvidersModule } from '../identity-providers/identity-providers.module.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { RegistrationsModule } from '../registrations/registrations.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInKindsModule } from '../sign-in-kinds/sign-in-kinds.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddressProofs } from './address-proofs.js';
import { FlowLogin } from './flow-login.js';
import { FlowPerson } from './flow-person.js';
import { FlowRegistration } from './flow-registration.js';
import { IdentityLinker } from './identity-linker.js';
import { LinkedIdentitiesController } from './linked-identities.controller.js';
import { LinkedIdentitiesRepository } from './linked-identities.repository.js';
import { LinkedIdentitiesService } from './linked-identities.service.js';
import { LinkedUsers } from './linked-users.js';
import { ProviderAccounts } from './provider-accounts.js';
import { ProviderMemberships } from './provider-memberships.js';
import { SignInFlowsController } from './sign-in-flows.controller.js';
import { SignInFlowsRepository } from './sign-in-flows.repository.js';
import { SignInFlowsService } from './sign-in-flows.service.js';

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
    SignInKindsModule,
    StepUpModule,
    UsersModule,
  ],
  controllers: [SignInFlowsController, LinkedIdentitiesController],
  providers: [
    AddressProofs,
    FlowLogin,
    FlowPerson,
    FlowRegistration,
    IdentityLinker,
    LinkedIdentitiesRepository,
    LinkedIdentitiesService,
    LinkedUsers,
    ProviderAccounts,
    ProviderMemberships,
    SignInFlowsRepository,
    SignInFlowsService,
  ],
  exports: [FlowPerson, LinkedIdentitiesRepository, SignInFlowsService],
})
export class SignInFlowsModule {}
