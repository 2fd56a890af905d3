import { Module } from '@nestjs/common';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { UsersModule } from '../users/users.module.js';
import { InvitationAnswers } from './invitation-answers.js';
import { InvitationSender } from './invitation-sender.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsRepository } from './invitations.repository.js';
import { InvitationsService } from './invitations.service.js';

@Module({
  imports: [OrganizationsModule, MembershipsModule, UsersModule],
  controllers: [InvitationsController],
  providers: [InvitationAnswers, InvitationSender, InvitationsRepository, InvitationsService],
})
export class InvitationsModule {}
