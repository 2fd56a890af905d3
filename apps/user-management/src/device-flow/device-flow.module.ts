import { Module } from '@nestjs/common';
import { PasskeyProofModule } from '../passkeys/passkey-proof.module.js';
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
import { DeviceSecondFactorController } from './device-second-factor.controller.js';
import { ProvenPasswords } from './proven-passwords.js';
import { SecondFactorAnswers } from './second-factor-answers.js';
import { SecondFactorQuestion } from './second-factor-question.js';

@Module({
  imports: [PasskeyProofModule, PasswordProofModule, SecondFactorModule, SessionsModule, StepUpModule, UsersModule],
  controllers: [DeviceFlowController, DevicePageController, DeviceSecondFactorController],
  providers: [
    DeviceAnswers,
    DeviceGrants,
    DeviceGrantsRepository,
    DevicePageService,
    ProvenPasswords,
    SecondFactorAnswers,
    SecondFactorQuestion,
  ],
  exports: [DeviceAnswers, DeviceGrants, DevicePageService],
})
export class DeviceFlowModule {}
