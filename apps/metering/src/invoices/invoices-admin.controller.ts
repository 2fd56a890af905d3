import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import { type Invoice, invoice, type PayInvoice, payInvoice } from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Param, Post } from '@nestjs/common';
import { InvoicesService } from './invoices.service.js';

@Controller('v1/admin/metering/invoices')
export class InvoicesAdminController {
  constructor(
    private readonly service: InvoicesService,
    private readonly access: Access,
  ) {}

  @Post(':id/payments')
  @Requires('invoices:update')
  @Answers(invoice)
  payInvoice(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
    @Body({ schema: payInvoice }) { reason }: PayInvoice,
  ): Promise<Invoice> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.service.pay(caller, invoiceId, reason);
  }
}
