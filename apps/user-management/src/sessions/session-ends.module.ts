import { Module } from '@nestjs/common';
import { ImpersonationEndsModule } from '../impersonations/impersonation-ends.module.js';
import { SessionEnder } from './session-ender.js';
import { SessionsRepository } from './sessions.repository.js';

/** Apart from how sessions begin: what a beginning asks for, as second factors, ends them too. */
@Module({
  imports: [ImpersonationEndsModule],
  providers: [SessionEnder, SessionsRepository],
  exports: [SessionEnder, SessionsRepository],
})
export class SessionEndsModule {}
