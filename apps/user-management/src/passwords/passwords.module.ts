import { Global, Module } from '@nestjs/common';
import { HashThreads } from './hash-threads.js';
import { PasswordContextRepository } from './password-context.repository.js';
import { PasswordsService } from './passwords.service.js';

@Global()
@Module({ providers: [HashThreads, PasswordContextRepository, PasswordsService], exports: [PasswordsService] })
export class PasswordsModule {}
