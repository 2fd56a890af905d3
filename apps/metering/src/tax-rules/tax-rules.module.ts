import { Module } from '@nestjs/common';
import { TaxRulesController } from './tax-rules.controller.js';
import { TaxRulesRepository } from './tax-rules.repository.js';
import { TaxRulesService } from './tax-rules.service.js';

@Module({
  controllers: [TaxRulesController],
  providers: [TaxRulesRepository, TaxRulesService],
  exports: [TaxRulesRepository],
})
export class TaxRulesModule {}
