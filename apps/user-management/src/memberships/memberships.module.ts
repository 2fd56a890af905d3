import { Module } from '@nestjs/common';
import { GroupsModule } from '../groups/groups.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { MembershipWriter } from './membership-writer.js';
import { MembershipsController } from './memberships.controller.js';
import { MembershipsRepository } from './memberships.repository.js';
import { MembershipsService } from './memberships.service.js';
import { TransfersController } from './transfers.controller.js';
import { TransfersService } from './transfers.service.js';

@Module({
  imports: [GroupsModule, OrganizationsModule, RolesModule, StepUpModule],
  controllers: [MembershipsController, TransfersController],
  providers: [MembershipWriter, MembershipsRepository, MembershipsService, TransfersService],
  exports: [MembershipWriter, MembershipsRepository],
})
export class MembershipsModule {}
