import { Module } from '@nestjs/common';
import { GroupsModule } from '../groups/groups.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { PasskeyProofModule } from '../passkeys/passkey-proof.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInFlowsModule } from '../sign-in-flows/sign-in-flows.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountClosure } from './account-closure.js';
import { AccountErasure } from './account-erasure.js';
import { AccountErasureReconciler } from './account-erasure.reconciler.js';
import { AccountExports } from './account-exports.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsService } from './accounts.service.js';
import { Departures } from './departures.js';
import { EmailChanges } from './email-changes.js';
import { SoleOwnership } from './sole-ownership.js';

@Module({
  imports: [
    GroupsModule,
    OrganizationsModule,
    PasskeyProofModule,
    SessionsModule,
    SignInFlowsModule,
    StepUpModule,
    UsersModule,
  ],
  controllers: [AccountsController],
  providers: [
    AccountClosure,
    AccountErasure,
    AccountErasureReconciler,
    AccountExports,
    AccountsService,
    Departures,
    EmailChanges,
    SoleOwnership,
  ],
  exports: [AccountClosure],
})
export class AccountsModule {}
