import { Module } from '@nestjs/common';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { OrganizationTokenEndReconciler } from './organization-token-end.reconciler.js';
import { OrganizationTokenEnder } from './organization-token-ender.js';
import { OrganizationTokenMaker } from './organization-token-maker.js';
import { OrganizationTokensController } from './organization-tokens.controller.js';
import { OrganizationTokensRepository } from './organization-tokens.repository.js';
import { OrganizationTokensService } from './organization-tokens.service.js';

@Module({
  imports: [MembershipsModule, OrganizationsModule, StepUpModule],
  controllers: [OrganizationTokensController],
  providers: [
    OrganizationTokenEnder,
    OrganizationTokenEndReconciler,
    OrganizationTokenMaker,
    OrganizationTokensRepository,
    OrganizationTokensService,
  ],
  exports: [OrganizationTokenEnder, OrganizationTokensRepository],
})
export class OrganizationTokensModule {}
