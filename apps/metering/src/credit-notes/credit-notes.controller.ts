import { Access, type Caller, CurrentCaller, notFound, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import {
  type CreditNote,
  creditNote,
  creditNoteDocument,
  type Invoice,
  invoice,
  type VoidInvoice,
  voidInvoice,
} from '@berth/contracts/metering';
import { Answers, Database } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, type StreamableFile } from '@nestjs/common';
import { AnswersFile, fileOf } from '../exports/answers-file.js';
import { CreditNotesRepository } from './credit-notes.repository.js';
import { VoidingService } from './voiding.service.js';

@Controller('v1')
export class CreditNotesController {
  constructor(
    private readonly notes: CreditNotesRepository,
    private readonly voiding: VoidingService,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  /** It counts no more: a credit note takes it back. Its number stays taken and its period closed. */
  @Post('admin/metering/invoices/:id/void')
  @Requires('invoices:update')
  @Answers(invoice)
  voidInvoice(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
    @Body({ schema: voidInvoice }) { reason }: VoidInvoice,
  ): Promise<Invoice> {
    this.access.requireOnPlatform(caller, 'invoices:update');
    return this.voiding.void(caller, invoiceId, reason);
  }

  /** Of a void invoice. */
  @Get('invoices/:id/credit-note')
  @Requires('invoices:read')
  @Answers(creditNote)
  getCreditNote(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) invoiceId: string): Promise<CreditNote> {
    return this.read(caller, invoiceId);
  }

  @Get('invoices/:id/credit-note/pdf')
  @Requires('invoices:read')
  @AnswersFile('application/pdf')
  async getCreditNotePdf(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) invoiceId: string,
  ): Promise<StreamableFile> {
    const { document, sha256, number } = await this.read(caller, invoiceId);
    // Read when the first is asked for: the library costs every start some ten milliseconds.
    const { creditNotePdf } = await import('../exports/credit-note-pdf.js');
    const bytes = await creditNotePdf(creditNoteDocument.parse(JSON.parse(document)), sha256);
    return fileOf(bytes, 'application/pdf', `${number}.pdf`);
  }

  private async read(caller: Caller, invoiceId: string): Promise<CreditNote> {
    const found = await this.notes.ofInvoice(this.database, invoiceId);
    if (!found) throw notFound();
    await this.access.require(caller, 'invoices:read', { organizationId: found.organizationId });
    return found;
  }
}
