import { Module } from '@nestjs/common';
import { StepUpModule } from '../step-up/step-up.module.js';
import { IdentityProvidersController } from './identity-providers.controller.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { IdentityProvidersService } from './identity-providers.service.js';

@Module({
  imports: [StepUpModule],
  controllers: [IdentityProvidersController],
  providers: [IdentityProvidersRepository, IdentityProvidersService],
  exports: [IdentityProvidersRepository, IdentityProvidersService],
})
export class IdentityProvidersModule {}
