import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { RegistrationLetters } from './registration-letters.js';
import { RegistrationProofs } from './registration-proofs.js';
import { RegistrationsController } from './registrations.controller.js';
import { RegistrationsRepository } from './registrations.repository.js';
import { RegistrationsService } from './registrations.service.js';
import { SignUpPolicy } from './sign-up-policy.js';

@Module({
  imports: [UsersModule],
  controllers: [RegistrationsController],
  providers: [RegistrationLetters, RegistrationProofs, RegistrationsRepository, RegistrationsService, SignUpPolicy],
  exports: [SignUpPolicy],
})
export class RegistrationsModule {}
