import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { GroupChanges } from './group-changes.js';
import { GroupWriter } from './group-writer.js';
import { GroupsController } from './groups.controller.js';
import { GroupsRepository } from './groups.repository.js';
import { GroupsService } from './groups.service.js';

@Module({
  imports: [OrganizationsModule, RolesModule],
  controllers: [GroupsController],
  providers: [GroupChanges, GroupWriter, GroupsRepository, GroupsService],
  exports: [GroupChanges, GroupsRepository],
})
export class GroupsModule {}
