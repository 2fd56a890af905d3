import { Module } from '@nestjs/common';
import { ImpersonationEnder } from './impersonation-ender.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** Apart from how they begin: with all sessions of somebody they end, too. */
@Module({
  providers: [ImpersonationEnder, ImpersonationsRepository],
  exports: [ImpersonationEnder, ImpersonationsRepository],
})
export class ImpersonationEndsModule {}
