import { Module } from '@nestjs/common';
import { OrganizationChanges } from './organization-changes.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { OrganizationsService } from './organizations.service.js';

@Module({
  controllers: [OrganizationsController],
  providers: [OrganizationChanges, OrganizationsRepository, OrganizationsService],
  exports: [OrganizationChanges, OrganizationsRepository],
})
export class OrganizationsModule {}
