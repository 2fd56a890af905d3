import { Module } from '@nestjs/common';
import { ImpersonationEnder } from './impersonation-ender.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** Apart from how they begin: a closed account ends them, too. */
@Module({
  providers: [ImpersonationEnder, ImpersonationsRepository],
  exports: [ImpersonationEnder, ImpersonationsRepository],
})
export class ImpersonationEndsModule {}
