import { Access, Authenticated, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type ComparePrices,
  comparePrices,
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
  type PriceDifferenceQuery,
  priceDifferenceQuery,
  type PriceDifferences,
  priceDifferences,
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

  /** What one version says other than another. */
  @Get('price-books/:id/differences')
  @Authenticated()
  @Answers(priceDifferences)
  comparePriceBookVersions(
    @Param('id', { schema: id }) bookId: string,
    @Query({ schema: priceDifferenceQuery }) query: PriceDifferenceQuery,
  ): Promise<PriceDifferences> {
    return this.service.compare(bookId, query);
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

  /** Checks prices and tells what they would change of the newest version; stores nothing. */
  @Post('admin/metering/price-books/:id/differences')
  @Requires('price-books:update')
  @Answers(priceDifferences)
  comparePrices(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) bookId: string,
    @Body({ schema: comparePrices }) body: ComparePrices,
  ): Promise<PriceDifferences> {
    this.access.requireOnPlatform(caller, 'price-books:update');
    return this.service.compareWithNewest(bookId, body);
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
