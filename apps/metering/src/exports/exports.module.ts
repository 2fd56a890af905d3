import { Module } from '@nestjs/common';
import { AgreementsModule } from '../agreements/agreements.module.js';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { PriceBooksModule } from '../price-books/price-books.module.js';
import { ChargedPrices } from './charged-prices.js';
import { InvoiceFilesController } from './invoice-files.controller.js';

@Module({
  imports: [InvoicesModule, AgreementsModule, PriceBooksModule],
  controllers: [InvoiceFilesController],
  providers: [ChargedPrices],
})
export class ExportsModule {}
