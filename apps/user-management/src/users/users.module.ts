import { Module } from '@nestjs/common';
import { BootstrapAdministrator } from './bootstrap-administrator.js';
import { MeController } from './me.controller.js';
import { UserAdmission } from './user-admission.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [MeController],
  providers: [UserAdmission, UsersRepository, UsersService, BootstrapAdministrator],
  exports: [UserAdmission, UsersRepository, UsersService],
})
export class UsersModule {}
