import { Module } from '@nestjs/common';
import { PriceBooksModule } from '../price-books/price-books.module.js';
import { BillingAccountsController } from './billing-accounts.controller.js';
import { BillingAccountsRepository } from './billing-accounts.repository.js';
import { BillingAccountsService } from './billing-accounts.service.js';

@Module({
  imports: [PriceBooksModule],
  controllers: [BillingAccountsController],
  providers: [BillingAccountsRepository, BillingAccountsService],
  exports: [BillingAccountsRepository],
})
export class BillingAccountsModule {}
