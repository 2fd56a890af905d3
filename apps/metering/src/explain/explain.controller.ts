import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page } from '@berth/contracts/common';
import {
  type InvoicePart,
  invoicePartPage,
  type InvoicePartQuery,
  invoicePartQuery,
  type InvoiceSpan,
  invoiceSpanPage,
  type InvoiceSpanQuery,
  invoiceSpanQuery,
  type MonthComparison,
  monthComparison,
  type MonthComparisonQuery,
  monthComparisonQuery,
} from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { InvoicesService } from '../invoices/invoices.service.js';
import { ExplainService } from './explain.service.js';

@Controller('v1')
export class ExplainController {
  constructor(
    private readonly explain: ExplainService,
    private readonly invoices: InvoicesService,
    private readonly access: Access,
  ) {}

  /** Which releases of which workloads a line of usage follows from. */
  @Get('invoices/:id/parts')
  @Requires('invoices:read')
  @Answers(invoicePartPage)
  async listInvoiceParts(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
    @Query({ schema: invoicePartQuery }) query: InvoicePartQuery,
  ): Promise<Page<InvoicePart>> {
    const invoice = await this.invoices.find(invoiceId);
    await this.access.require(caller, 'invoices:read', { organizationId: invoice.organizationId });
    return this.explain.parts(invoice, query);
  }

  /** What of a line each span of one workload is. */
  @Get('invoices/:id/spans')
  @Requires('invoices:read')
  @Answers(invoiceSpanPage)
  async listInvoiceSpans(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
    @Query({ schema: invoiceSpanQuery }) query: InvoiceSpanQuery,
  ): Promise<Page<InvoiceSpan>> {
    const invoice = await this.invoices.find(invoiceId);
    await this.access.require(caller, 'invoices:read', { organizationId: invoice.organizationId });
    return this.explain.spans(invoice, query);
  }

  /** Why a month costs more or less than another. */
  @Get('costs/comparison')
  @Requires('invoices:read')
  @Answers(monthComparison)
  async compareMonths(
    @CurrentCaller() caller: Caller,
    @Query({ schema: monthComparisonQuery }) query: MonthComparisonQuery,
  ): Promise<MonthComparison> {
    await this.access.require(caller, 'invoices:read', { organizationId: query.organization });
    return this.explain.compare(query);
  }
}
