import { Module } from '@nestjs/common';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { CreditNotesController } from './credit-notes.controller.js';
import { CreditNotesRepository } from './credit-notes.repository.js';
import { VoidingService } from './voiding.service.js';

@Module({
  imports: [InvoicesModule],
  controllers: [CreditNotesController],
  providers: [CreditNotesRepository, VoidingService],
})
export class CreditNotesModule {}
