import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { RoleRights } from './role-rights.js';
import { RolesController } from './roles.controller.js';
import { RolesRepository } from './roles.repository.js';
import { RolesService } from './roles.service.js';

@Module({
  imports: [OrganizationsModule],
  controllers: [RolesController],
  providers: [RoleRights, RolesRepository, RolesService],
  exports: [RoleRights, RolesRepository],
})
export class RolesModule {}
