import { Module } from '@nestjs/common';
import { StepUpModule } from '../step-up/step-up.module.js';
import { OrganizationChanges } from './organization-changes.js';
import { OrganizationDeletionReconciler } from './organization-deletion.reconciler.js';
import { OrganizationDeletions } from './organization-deletions.js';
import { OrganizationLifecycle } from './organization-lifecycle.js';
import { OrganizationSettings } from './organization-settings.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { OrganizationsService } from './organizations.service.js';

@Module({
  imports: [StepUpModule],
  controllers: [OrganizationsController],
  providers: [
    OrganizationChanges,
    OrganizationDeletionReconciler,
    OrganizationDeletions,
    OrganizationLifecycle,
    OrganizationSettings,
    OrganizationsRepository,
    OrganizationsService,
  ],
  exports: [OrganizationChanges, OrganizationLifecycle, OrganizationsRepository],
})
export class OrganizationsModule {}
