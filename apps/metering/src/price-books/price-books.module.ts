import { Module } from '@nestjs/common';
import { PriceBooksController } from './price-books.controller.js';
import { PriceBooksRepository } from './price-books.repository.js';
import { PriceBooksService } from './price-books.service.js';

@Module({
  controllers: [PriceBooksController],
  providers: [PriceBooksRepository, PriceBooksService],
  exports: [PriceBooksRepository],
})
export class PriceBooksModule {}
