import { Module } from '@nestjs/common';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { DeviceAnswers } from './device-answers.js';
import { DeviceFlowController } from './device-flow.controller.js';
import { DeviceGrants } from './device-grants.js';
import { DeviceGrantsRepository } from './device-grants.repository.js';
import { DevicePageController } from './device-page.controller.js';
import { DevicePageService } from './device-page.service.js';

@Module({
  imports: [PasswordProofModule, SecondFactorModule, SessionsModule, StepUpModule, UsersModule],
  controllers: [DeviceFlowController, DevicePageController],
  providers: [DeviceAnswers, DeviceGrants, DeviceGrantsRepository, DevicePageService],
  exports: [DeviceAnswers, DeviceGrants, DevicePageService],
})
export class DeviceFlowModule {}
