import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type AcceptedEvent,
  acceptedEventPage,
  type Invoice,
  invoice,
  type InvoiceDocument,
  invoiceDocument,
  invoicePage,
  invoicePreviewQuery,
  type InvoicePreviewQuery,
  type InvoiceQuery,
  invoiceQuery,
  type InvoiceSummary,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { InvoicesRepository } from './invoices.repository.js';
import { InvoicesService } from './invoices.service.js';

@Controller('v1/invoices')
export class InvoicesController {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly service: InvoicesService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('invoices:read')
  @Answers(invoicePage)
  async listInvoices(
    @CurrentCaller() caller: Caller,
    @Query({ schema: invoiceQuery }) query: InvoiceQuery,
  ): Promise<Page<InvoiceSummary>> {
    await this.access.require(caller, 'invoices:read', { organizationId: query.organization });
    return toPage(await this.invoices.list(this.database.confined, query), query.limit, (each) => each.id);
  }

  /** Of the period that is open: what it costs so far. */
  @Get('preview')
  @Requires('invoices:read')
  @Answers(invoiceDocument)
  async previewInvoice(
    @CurrentCaller() caller: Caller,
    @Query({ schema: invoicePreviewQuery }) { organization }: InvoicePreviewQuery,
  ): Promise<InvoiceDocument> {
    await this.access.require(caller, 'invoices:read', { organizationId: organization });
    return this.service.preview(organization);
  }

  @Get(':id')
  @Requires('invoices:read')
  @Answers(invoice)
  async getInvoice(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) invoiceId: string): Promise<Invoice> {
    const found = await this.service.find(invoiceId);
    await this.access.require(caller, 'invoices:read', { organizationId: found.organizationId });
    return found;
  }

  /** Everything that the invoice was computed from. */
  @Get(':id/events')
  @Requires('invoices:read')
  @Answers(acceptedEventPage)
  async listInvoiceEvents(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<AcceptedEvent>> {
    const { organizationId } = await this.service.find(invoiceId);
    await this.access.require(caller, 'invoices:read', { organizationId });
    const rows = await this.invoices.events(this.database.confined, invoiceId, query);
    return toPage(rows, query.limit, (each) => each.sequence);
  }
}
