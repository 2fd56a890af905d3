import { Module } from '@nestjs/common';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { UsersModule } from '../users/users.module.js';
import { NewPasskeys } from './new-passkeys.js';
import { PasskeyLogin } from './passkey-login.js';
import { PasskeyProofModule } from './passkey-proof.module.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeysService } from './passkeys.service.js';

@Module({
  imports: [PasskeyProofModule, SecondFactorModule, SessionsModule, StepUpModule, UsersModule],
  controllers: [PasskeysController],
  providers: [NewPasskeys, PasskeyLogin, PasskeysService],
})
export class PasskeysModule {}
