import { Module } from '@nestjs/common';
import { AgreementsModule } from '../agreements/agreements.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { CostsController } from './costs.controller.js';
import { ScopeCosts } from './scope-costs.js';
import { CostsService } from './costs.service.js';

@Module({
  imports: [UsageModule, AgreementsModule],
  controllers: [CostsController],
  providers: [CostsService, ScopeCosts],
  exports: [ScopeCosts],
})
export class CostsModule {}
