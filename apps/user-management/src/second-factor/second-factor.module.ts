import { Module } from '@nestjs/common';
import { PasskeyProofModule } from '../passkeys/passkey-proof.module.js';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { SessionEndsModule } from '../sessions/session-ends.module.js';
import { UsersModule } from '../users/users.module.js';
import { SecondFactor } from './second-factor.js';
import { SecondFactorChanges } from './second-factor-changes.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { TotpController } from './totp.controller.js';
import { TotpService } from './totp.service.js';

@Module({
  imports: [PasswordProofModule, PasskeyProofModule, SessionEndsModule, UsersModule],
  controllers: [TotpController],
  providers: [SecondFactor, SecondFactorChanges, SecondFactorRepository, TotpService],
  exports: [SecondFactor, SecondFactorChanges],
})
export class SecondFactorModule {}
