import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type BlockedClosing,
  blockedClosingPage,
  type ClosedPeriod,
  closedPeriod,
  type ClosePeriod,
  closePeriod,
  type ClosingChecklist,
  closingChecklist,
  type CreateWaiver,
  createWaiver,
  type ReopenPeriod,
  reopenPeriod,
  type Waiver,
  waiver,
} from '@berth/contracts/metering';
import { Answers, AnswersNothing, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ClosingsRepository } from './closings.repository.js';
import { ClosingsService } from './closings.service.js';
import { PeriodCloser } from './period-closer.js';
import { ReopeningService } from './reopening.service.js';

@Controller('v1/admin/metering/closings')
export class ClosingsController {
  constructor(
    private readonly closings: ClosingsRepository,
    private readonly service: ClosingsService,
    private readonly reopening: ReopeningService,
    private readonly closer: PeriodCloser,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  /** Organizations whose period is due and cannot be closed. */
  @Get()
  @Requires('invoices:update')
  @Answers(blockedClosingPage)
  async listBlockedClosings(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<BlockedClosing>> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    const rows = await this.closings.blocked(this.database.confined, query);
    return toPage(rows, query.limit, (each) => each.organizationId);
  }

  /** Closes the open period of an organization, if it is over, without waiting for late events. */
  @Post()
  @Requires('invoices:update')
  @Answers(closedPeriod)
  async closePeriod(
    @CurrentCaller() caller: Caller,
    @Body({ schema: closePeriod }) { organizationId }: ClosePeriod,
  ): Promise<ClosedPeriod> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return { invoiceId: await this.closer.closeNow(organizationId) };
  }

  /** What speaks against closing the open period of an organization. */
  @Get(':organizationId')
  @Requires('invoices:update')
  @Answers(closingChecklist)
  getClosingChecklist(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
  ): Promise<ClosingChecklist> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.service.checklist(organizationId);
  }

  /** Usage without a price stays without a charge, on the word of the caller. */
  @Post(':organizationId/waivers')
  @Requires('invoices:update')
  @Answers(waiver, 201)
  waiveUsage(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
    @Body({ schema: createWaiver }) body: CreateWaiver,
  ): Promise<Waiver> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.service.waive(caller, organizationId, body);
  }

  /** A month that was closed without an invoice is closed again a day later, or by command. */
  @Post(':organizationId/reopenings')
  @Requires('invoices:update')
  @AnswersNothing()
  reopenPeriod(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
    @Body({ schema: reopenPeriod }) body: ReopenPeriod,
  ): Promise<void> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.reopening.reopen(caller, organizationId, body);
  }
}
