import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { RegistrationsModule } from '../registrations/registrations.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { AdministrationController } from './administration.controller.js';
import { OrganizationAdministration } from './organization-administration.js';
import { SignUpAdministration } from './sign-up-administration.js';
import { UserAdministration } from './user-administration.js';

@Module({
  imports: [
    AccountsModule,
    OrganizationsModule,
    RegistrationsModule,
    SecondFactorModule,
    SessionsModule,
    StepUpModule,
    UsersModule,
  ],
  controllers: [AdministrationController],
  providers: [OrganizationAdministration, SignUpAdministration, UserAdministration],
})
export class AdministrationModule {}
