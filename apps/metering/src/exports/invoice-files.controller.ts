import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { focusCsv, invoiceCsv } from '@berth/billing';
import { id } from '@berth/contracts/common';
import { type Invoice, type InvoiceDocument, invoiceDocument } from '@berth/contracts/metering';
import { Controller, Get, Param, type StreamableFile } from '@nestjs/common';
import { InvoicesService } from '../invoices/invoices.service.js';
import { AnswersFile, fileOf } from './answers-file.js';
import { ChargedPrices } from './charged-prices.js';

interface Read {
  readonly invoice: Invoice;
  readonly told: InvoiceDocument;
}

/** An issued invoice for people and for other programs. */
@Controller('v1/invoices/:id')
export class InvoiceFilesController {
  constructor(
    private readonly invoices: InvoicesService,
    private readonly prices: ChargedPrices,
    private readonly access: Access,
  ) {}

  @Get('pdf')
  @Requires('invoices:read')
  @AnswersFile('application/pdf')
  async getInvoicePdf(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
  ): Promise<StreamableFile> {
    const { invoice, told } = await this.read(caller, invoiceId);
    // Read when the first is asked for: the library costs every start some ten milliseconds.
    const { invoicePdf } = await import('./invoice-pdf.js');
    const bytes = await invoicePdf(told, invoice);
    return fileOf(bytes, 'application/pdf', `${invoice.number}.pdf`);
  }

  @Get('csv')
  @Requires('invoices:read')
  @AnswersFile('text/csv')
  async getInvoiceCsv(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
  ): Promise<StreamableFile> {
    const { invoice, told } = await this.read(caller, invoiceId);
    return fileOf(Buffer.from(invoiceCsv(told)), 'text/csv; charset=utf-8', `${invoice.number}.csv`);
  }

  /** In the columns of FOCUS 1.0. */
  @Get('focus')
  @Requires('invoices:read')
  @AnswersFile('text/csv')
  async getInvoiceFocus(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
  ): Promise<StreamableFile> {
    const { invoice, told } = await this.read(caller, invoiceId);
    const text = focusCsv(told, await this.prices.of(told));
    return fileOf(Buffer.from(text), 'text/csv; charset=utf-8', `${invoice.number}-focus.csv`);
  }

  private async read(caller: Caller, invoiceId: string): Promise<Read> {
    const invoice = await this.invoices.find(invoiceId);
    await this.access.require(caller, 'invoices:read', { organizationId: invoice.organizationId });
    return { invoice, told: invoiceDocument.parse(JSON.parse(invoice.document)) };
  }
}
