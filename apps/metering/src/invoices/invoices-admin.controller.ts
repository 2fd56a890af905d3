import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import {
  type ClosedPeriod,
  closedPeriod,
  type ClosePeriod,
  closePeriod,
  type Invoice,
  invoice,
} from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Param, Post } from '@nestjs/common';
import { InvoicesService } from './invoices.service.js';
import { PeriodCloser } from './period-closer.js';

@Controller('v1/admin/metering')
export class InvoicesAdminController {
  constructor(
    private readonly service: InvoicesService,
    private readonly closer: PeriodCloser,
    private readonly access: Access,
  ) {}

  /** Closes the open period of an organization, if it is over, without waiting for late events. */
  @Post('closings')
  @Requires('invoices:update')
  @Answers(closedPeriod)
  async closePeriod(
    @CurrentCaller() caller: Caller,
    @Body({ schema: closePeriod }) { organizationId }: ClosePeriod,
  ): Promise<ClosedPeriod> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return { invoiceId: await this.closer.closeNow(organizationId) };
  }

  @Post('invoices/:id/payments')
  @Requires('invoices:update')
  @Answers(invoice)
  payInvoice(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) invoiceId: string): Promise<Invoice> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.service.end(caller, invoiceId, 'paid');
  }

  /** It counts no more; its number stays taken and its period closed. */
  @Post('invoices/:id/void')
  @Requires('invoices:update')
  @Answers(invoice)
  voidInvoice(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) invoiceId: string): Promise<Invoice> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.service.end(caller, invoiceId, 'void');
  }
}
