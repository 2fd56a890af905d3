import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { PasswordChangesController } from './password-changes.controller.js';
import { PasswordChangesService } from './password-changes.service.js';
import { PasswordSetter } from './password-setter.js';

@Module({
  imports: [UsersModule, SessionsModule],
  controllers: [PasswordChangesController],
  providers: [PasswordChangesService, PasswordSetter],
  exports: [PasswordSetter],
})
export class PasswordChangesModule {}
