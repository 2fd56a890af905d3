import { Module } from '@nestjs/common';
import { PasswordProofModule } from '../password-proof/password-proof.module.js';
import { SecondFactor } from './second-factor.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { TotpController } from './totp.controller.js';
import { TotpService } from './totp.service.js';

@Module({
  imports: [PasswordProofModule],
  controllers: [TotpController],
  providers: [SecondFactor, SecondFactorRepository, TotpService],
  exports: [SecondFactor],
})
export class SecondFactorModule {}
