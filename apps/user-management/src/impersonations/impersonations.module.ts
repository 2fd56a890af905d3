import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { ImpersonationAnswers } from './impersonation-answers.js';
import { ImpersonationEndsModule } from './impersonation-ends.module.js';
import { ImpersonationRequests } from './impersonation-requests.js';
import { ImpersonationStore } from './impersonation-store.js';
import { ImpersonationsController } from './impersonations.controller.js';

@Module({
  imports: [ImpersonationEndsModule, SessionsModule, StepUpModule, UsersModule],
  controllers: [ImpersonationsController],
  providers: [ImpersonationAnswers, ImpersonationRequests, ImpersonationStore],
})
export class ImpersonationsModule {}
