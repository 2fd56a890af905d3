import { Module } from '@nestjs/common';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ClientSecretChanges } from './client-secret-changes.js';
import { ClientSecretsController } from './client-secrets.controller.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import { ClientSecretsService } from './client-secrets.service.js';
import { ServiceAccountChanges } from './service-account-changes.js';
import { ServiceAccountViews } from './service-account-views.js';
import { ServiceAccountsController } from './service-accounts.controller.js';
import { ServiceAccountsRepository } from './service-accounts.repository.js';
import { ServiceAccountsService } from './service-accounts.service.js';

@Module({
  imports: [MembershipsModule, OrganizationsModule],
  controllers: [ServiceAccountsController, ClientSecretsController],
  providers: [
    ClientSecretChanges,
    ClientSecretsRepository,
    ClientSecretsService,
    ServiceAccountChanges,
    ServiceAccountViews,
    ServiceAccountsRepository,
    ServiceAccountsService,
  ],
  exports: [ClientSecretsRepository],
})
export class ServiceAccountsModule {}
