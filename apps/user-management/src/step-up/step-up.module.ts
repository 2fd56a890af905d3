import { Module } from '@nestjs/common';
import { PasskeyProofModule } from '../passkeys/passkey-proof.module.js';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { StepUpController } from './step-up.controller.js';
import { StepUp } from './step-up.js';
import { StepUpService } from './step-up.service.js';

@Module({
  imports: [PasskeyProofModule, PasswordProofModule, SecondFactorModule],
  controllers: [StepUpController],
  providers: [StepUp, StepUpService],
  exports: [StepUp],
})
export class StepUpModule {}
