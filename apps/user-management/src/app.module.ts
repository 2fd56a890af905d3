import { AccessModule, EpochsModule, EventAdministrationModule } from '@berth/access';
import { EventingModule } from '@berth/eventing';
import { ReconcileModule } from '@berth/reconcile';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { AdministrationModule } from './administration/administration.module.js';
import { ApiTokensModule } from './api-tokens/api-tokens.module.js';
import { AuditModule } from './audit/audit.module.js';
import { BillingLettersModule } from './billing-letters/billing-letters.module.js';
import type { Config } from './config.js';
import { DeviceFlowModule } from './device-flow/device-flow.module.js';
import { DevicePasskeysModule } from './device-passkeys/device-passkeys.module.js';
import { DeviceSignInModule } from './device-sign-in/device-sign-in.module.js';
import { GatewaySyncModule } from './gateway-sync/gateway-sync.module.js';
import { GroupsModule } from './groups/groups.module.js';
import { HeartbeatModule } from './heartbeat/heartbeat.module.js';
import { IdentityProvidersModule } from './identity-providers/identity-providers.module.js';
import { ImpersonationsModule } from './impersonations/impersonations.module.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { MailModule } from './mail/mail.module.js';
import { MembershipsModule } from './memberships/memberships.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { OrganizationTokensModule } from './organization-tokens/organization-tokens.module.js';
import { OrganizationsModule } from './organizations/organizations.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { PasswordChangesModule } from './password-changes/password-changes.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { QuotasModule } from './quotas/quotas.module.js';
import { RecoveryCodesModule } from './recovery-codes/recovery-codes.module.js';
import { RecoveryModule } from './recovery/recovery.module.js';
import { RegistrationsModule } from './registrations/registrations.module.js';
import { RolesModule } from './roles/roles.module.js';
import { SealingModule } from './sealing/sealing.module.js';
import { SecondFactorModule } from './second-factor/second-factor.module.js';
import { ServiceAccountsModule } from './service-accounts/service-accounts.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInFlowsModule } from './sign-in-flows/sign-in-flows.module.js';
import { SigningKeysModule } from './signing-keys/signing-keys.module.js';
import { SnapshotsModule } from './snapshots/snapshots.module.js';
import { StepUpModule } from './step-up/step-up.module.js';
import { ThrottleModule } from './throttle/throttle.module.js';
import { ProfileModule } from './users/profile.module.js';
import { UsersModule } from './users/users.module.js';

const service = 'user-management';

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    const libraries = [
      EventingModule.forRoot({ service, config }),
      ReconcileModule.forRoot({ config }),
      AccessModule.forRoot({ service, config }),
    ];
    const features = [
      SealingModule.with(config),
      PasswordsModule,
      ThrottleModule,
      MailModule,
      UsersModule,
      RegistrationsModule,
      AccountsModule,
      SigningKeysModule,
      SecondFactorModule,
      SessionsModule,
      ApiTokensModule,
      OrganizationTokensModule,
      StepUpModule,
      ProfileModule,
      PasskeysModule,
      RecoveryCodesModule,
      PasswordChangesModule,
      RecoveryModule,
      OrganizationsModule,
      RolesModule,
      GroupsModule,
      MembershipsModule,
      InvitationsModule,
      IdentityProvidersModule,
      BillingLettersModule,
      SignInFlowsModule,
      ServiceAccountsModule,
      DeviceFlowModule,
      DevicePasskeysModule,
      DeviceSignInModule,
      OAuthModule,
      QuotasModule,
      AuditModule,
      HeartbeatModule,
      GatewaySyncModule,
      SnapshotsModule,
      AdministrationModule,
      ImpersonationsModule,
      EventAdministrationModule.of(service),
      EpochsModule.of(service),
    ];
    return { module: AppModule, imports: [...libraries, ...features] };
  }
}
