import { Access, Authenticated, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type CreatePriceBook,
  createPriceBook,
  type CreatePriceBookVersion,
  createPriceBookVersion,
  type PriceBook,
  priceBook,
  priceBookPage,
  type PriceBookVersion,
  priceBookVersion,
  priceBookVersionPage,
} from '@berth/contracts/metering';
import { Answers, Clock, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { PriceBooksRepository } from './price-books.repository.js';
import { PriceBooksService } from './price-books.service.js';

@Controller('v1')
export class PriceBooksController {
  constructor(
    private readonly books: PriceBooksRepository,
    private readonly service: PriceBooksService,
    private readonly access: Access,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get('price-books')
  @Authenticated()
  @Answers(priceBookPage)
  async listPriceBooks(@Query({ schema: pageQuery }) query: PageQuery): Promise<Page<PriceBook>> {
    const rows = await this.books.list(this.database, query, this.clock.now());
    return toPage(rows, query.limit, (each) => each.name);
  }

  @Get('price-books/:id/versions')
  @Authenticated()
  @Answers(priceBookVersionPage)
  async listPriceBookVersions(
    @Param('id', { schema: id }) bookId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<PriceBookVersion>> {
    const rows = await this.books.versions(this.database, bookId, query);
    return toPage(rows, query.limit, (each) => String(each.version));
  }

  @Post('admin/metering/price-books')
  @Requires('price-books:update')
  @Answers(priceBook, 201)
  createPriceBook(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createPriceBook }) body: CreatePriceBook,
  ): Promise<PriceBook> {
    this.access.requireOnPlatform(caller, 'price-books:update');
    return this.service.create(caller, body);
  }

  @Post('admin/metering/price-books/:id/versions')
  @Requires('price-books:update')
  @Answers(priceBookVersion, 201)
  createPriceBookVersion(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) bookId: string,
    @Body({ schema: createPriceBookVersion }) body: CreatePriceBookVersion,
  ): Promise<PriceBookVersion> {
    this.access.requireOnPlatform(caller, 'price-books:update');
    return this.service.addVersion(caller, bookId, body);
  }
}
