import { Module } from '@nestjs/common';
import { StepUpModule } from '../step-up/step-up.module.js';
import { MeController } from './me.controller.js';
import { Profile } from './profile.js';
import { UsersModule } from './users.module.js';

/** Apart from the users, whom a step-up needs. */
@Module({ imports: [StepUpModule, UsersModule], controllers: [MeController], providers: [Profile] })
export class ProfileModule {}
