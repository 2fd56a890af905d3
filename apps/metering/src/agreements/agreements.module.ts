import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { PriceBooksModule } from '../price-books/price-books.module.js';
import { AgreementsController } from './agreements.controller.js';
import { AgreementsRepository } from './agreements.repository.js';
import { AgreementsService } from './agreements.service.js';
import { Tariffs } from './tariffs.js';

@Module({
  imports: [BillingAccountsModule, PriceBooksModule],
  controllers: [AgreementsController],
  providers: [AgreementsRepository, AgreementsService, Tariffs],
  exports: [AgreementsRepository, Tariffs],
})
export class AgreementsModule {}
