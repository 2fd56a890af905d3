import { Module } from '@nestjs/common';
import { BootstrapAdministrator } from './bootstrap-administrator.js';
import { MeController } from './me.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [MeController],
  providers: [UsersRepository, UsersService, BootstrapAdministrator],
  exports: [UsersRepository, UsersService],
})
export class UsersModule {}
