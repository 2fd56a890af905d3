import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import { type CreateTaxRule, createTaxRule, type TaxRule, taxRule, taxRulePage } from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { TaxRulesRepository } from './tax-rules.repository.js';
import { TaxRulesService } from './tax-rules.service.js';

@Controller('v1/admin/metering/tax-rules')
export class TaxRulesController {
  constructor(
    private readonly rules: TaxRulesRepository,
    private readonly service: TaxRulesService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('tax-rules:update')
  @Answers(taxRulePage)
  async listTaxRules(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<TaxRule>> {
    this.access.requireOnPlatform(caller, 'tax-rules:update');
    return toPage(await this.rules.list(this.database, query), query.limit, (each) => each.id);
  }

  @Post()
  @Requires('tax-rules:update')
  @Answers(taxRule, 201)
  createTaxRule(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createTaxRule }) body: CreateTaxRule,
  ): Promise<TaxRule> {
    this.access.requireOnPlatform(caller, 'tax-rules:update');
    return this.service.create(caller, body);
  }
}
