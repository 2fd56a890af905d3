import { Module } from '@nestjs/common';
import { SessionEnder } from './session-ender.js';
import { SessionsRepository } from './sessions.repository.js';

/** Apart from how sessions begin: what a beginning asks for, as second factors, ends them too. */
@Module({ providers: [SessionEnder, SessionsRepository], exports: [SessionEnder, SessionsRepository] })
export class SessionEndsModule {}
