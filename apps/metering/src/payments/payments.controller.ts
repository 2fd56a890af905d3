import { Access, type Caller, CurrentCaller, notFound, Requires } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import {
  type CreatePayment,
  createPayment,
  type Payment,
  payment,
  paymentPage,
  type PaymentQuery,
  paymentQuery,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { PaymentsRepository } from './payments.repository.js';
import { PaymentsService } from './payments.service.js';

@Controller('v1/payments')
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly service: PaymentsService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('invoices:read')
  @Answers(paymentPage)
  async listPayments(
    @CurrentCaller() caller: Caller,
    @Query({ schema: paymentQuery }) query: PaymentQuery,
  ): Promise<Page<Payment>> {
    await this.access.require(caller, 'invoices:read', { organizationId: query.organization });
    return toPage(await this.payments.list(this.database.confined, query), query.limit, (each) => each.id);
  }

  /** Asks the provider now, whatever became of former attempts. The one that is open stays the one. */
  @Post()
  @Requires('payments:create')
  @Answers(payment, 202)
  async createPayment(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createPayment }) { invoiceId }: CreatePayment,
  ): Promise<Payment> {
    const invoice = await this.invoices.find(this.database, invoiceId);
    if (!invoice) throw notFound();
    await this.access.require(caller, 'payments:create', { organizationId: invoice.organizationId });
    return this.service.ask(caller, invoice);
  }
}
