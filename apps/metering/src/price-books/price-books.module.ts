import { Module } from '@nestjs/common';
import { PriceBooksController } from './price-books.controller.js';
import { PriceBooksRepository } from './price-books.repository.js';

@Module({
  controllers: [PriceBooksController],
  providers: [PriceBooksRepository],
  exports: [PriceBooksRepository],
})
export class PriceBooksModule {}
