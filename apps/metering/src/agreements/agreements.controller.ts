import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type Agreement,
  agreement,
  agreementPage,
  type CreateAgreement,
  createAgreement,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { AgreementsRepository } from './agreements.repository.js';
import { AgreementsService } from './agreements.service.js';

@Controller('v1')
export class AgreementsController {
  constructor(
    private readonly agreements: AgreementsRepository,
    private readonly service: AgreementsService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get('billing-accounts/:organizationId/agreements')
  @Requires('invoices:read')
  @Answers(agreementPage)
  async listAgreements(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Agreement>> {
    await this.access.require(caller, 'invoices:read', { organizationId });
    const rows = await this.agreements.list(this.database.confined, organizationId, query);
    return toPage(rows, query.limit, (each) => String(each.number));
  }

  @Post('admin/metering/agreements')
  @Requires('agreements:update')
  @Answers(agreement, 201)
  createAgreement(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createAgreement }) body: CreateAgreement,
  ): Promise<Agreement> {
    this.access.requireOnPlatform(caller, 'agreements:update');
    return this.service.create(caller, body);
  }
}
