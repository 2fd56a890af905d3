import { Module } from '@nestjs/common';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { RecoveryCodesController } from './recovery-codes.controller.js';

@Module({ imports: [SecondFactorModule, StepUpModule], controllers: [RecoveryCodesController] })
export class RecoveryCodesModule {}
