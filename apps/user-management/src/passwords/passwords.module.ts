import { Global, Module } from '@nestjs/common';
import { PasswordContextRepository } from './password-context.repository.js';
import { PasswordsService } from './passwords.service.js';

@Global()
@Module({ providers: [PasswordContextRepository, PasswordsService], exports: [PasswordsService] })
export class PasswordsModule {}
