import { CONFIG } from '@berth/service-kit';
import { Global, Module } from '@nestjs/common';
import { BreachedPasswords, breachedPasswordsOf } from './breached-passwords.js';
import { HashThreads } from './hash-threads.js';
import { PasswordContextRepository } from './password-context.repository.js';
import { PasswordsService } from './passwords.service.js';

@Global()
@Module({
  providers: [
    { provide: BreachedPasswords, inject: [CONFIG], useFactory: breachedPasswordsOf },
    HashThreads,
    PasswordContextRepository,
    PasswordsService,
  ],
  exports: [PasswordsService],
})
export class PasswordsModule {}
