import { Module } from '@nestjs/common';
import { SignInKindsModule } from '../sign-in-kinds/sign-in-kinds.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { IdentityProvidersController } from './identity-providers.controller.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { IdentityProvidersService } from './identity-providers.service.js';
import { NewIdentityProviders } from './new-identity-providers.js';

@Module({
  imports: [SignInKindsModule, StepUpModule],
  controllers: [IdentityProvidersController],
  providers: [IdentityProvidersRepository, IdentityProvidersService, NewIdentityProviders],
  exports: [IdentityProvidersRepository, IdentityProvidersService],
})
export class IdentityProvidersModule {}
