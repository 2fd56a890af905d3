import { Authenticated } from '@berth/access';
import { type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import { type PriceBook, priceBookPage } from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Controller, Get, Query } from '@nestjs/common';
import { PriceBooksRepository } from './price-books.repository.js';

@Controller('v1/price-books')
export class PriceBooksController {
  constructor(
    private readonly books: PriceBooksRepository,
    private readonly database: Database,
  ) {}

  @Get()
  @Authenticated()
  @Answers(priceBookPage)
  async listPriceBooks(@Query({ schema: pageQuery }) query: PageQuery): Promise<Page<PriceBook>> {
    return toPage(await this.books.list(this.database, query), query.limit, (book) => book.name);
  }
}
