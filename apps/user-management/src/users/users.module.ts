import { Module } from '@nestjs/common';
import { BootstrapAdministrator } from './bootstrap-administrator.js';
import { UserAdmission } from './user-admission.js';
import { Usernames } from './usernames.js';
import { UsernamesRepository } from './usernames.repository.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  providers: [UserAdmission, Usernames, UsernamesRepository, UsersRepository, UsersService, BootstrapAdministrator],
  exports: [UserAdmission, Usernames, UsernamesRepository, UsersRepository, UsersService],
})
export class UsersModule {}
