import { Module } from '@nestjs/common';
import { PriceBooksModule } from '../price-books/price-books.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { CostsController } from './costs.controller.js';
import { CostsService } from './costs.service.js';

@Module({ imports: [UsageModule, PriceBooksModule], controllers: [CostsController], providers: [CostsService] })
export class CostsModule {}
