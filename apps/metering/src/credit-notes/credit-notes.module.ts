import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { CreditNoteWriter } from './credit-note-writer.js';
import { CreditNotesController } from './credit-notes.controller.js';
import { CreditNotesRepository } from './credit-notes.repository.js';
import { VoidedCorrections } from './voided-corrections.js';
import { VoidingService } from './voiding.service.js';

@Module({
  imports: [BillingAccountsModule, InvoicesModule],
  controllers: [CreditNotesController],
  providers: [CreditNotesRepository, CreditNoteWriter, VoidedCorrections, VoidingService],
})
export class CreditNotesModule {}
