import { Audit, type AuditRecord, type Caller, changedFrom } from '@berth/access';
import { isCurrency, priceDifferencesOf } from '@berth/billing';
import type {
  ComparePrices,
  CreatePriceBook,
  CreatePriceBookVersion,
  PriceBook,
  PriceBookVersion,
  PriceDifferenceQuery,
  PriceDifferences,
} from '@berth/contracts/metering';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { priceBookErrors } from './price-books.errors.js';
import { type BookRow, PriceBooksRepository } from './price-books.repository.js';

/** Before anything was ever used. */
const beginning = new Date(0);

@Injectable()
export class PriceBooksService {
  constructor(
    private readonly books: PriceBooksRepository,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  create(caller: Caller, { prices, ...body }: CreatePriceBook): Promise<PriceBook> {
    if (!isCurrency(body.currency)) throw priceBookErrors.CurrencyUnknown(`ISO 4217 knows no ${body.currency}.`);
    return this.database.transaction(async (tx) => {
      const book = { id: this.ids.next(), ...body };
      if (!(await this.books.insert(tx, book)))
        throw priceBookErrors.PriceBookNameTaken(`There is a price book ${body.name} already.`);
      await this.books.addVersion(tx, book.id, 1, beginning, prices);
      await this.record(tx, caller, book.id, { detail: { version: 1 } });
      const current = { version: 1, validFrom: beginning.toISOString(), validTo: null, prices };
      return { ...book, current };
    });
  }

  /** Nobody is charged a price afterwards that he could not have known: a version begins in the future. */
  addVersion(caller: Caller, bookId: string, body: CreatePriceBookVersion): Promise<PriceBookVersion> {
    const { validFrom, prices, reason } = body;
    const from = new Date(validFrom);
    return this.database.transaction(async (tx) => {
      if (!(await this.books.lock(tx, bookId))) throw priceBookErrors.PriceBookNotFound('There is no such price book.');
      const newest = await this.books.newest(tx, bookId);
      if (from <= this.clock.now() || from <= new Date(newest.validFrom))
        throw priceBookErrors.PriceBookVersionTooEarly('A version begins in the future and after the one before it.');
      const version = newest.version + 1;
      await this.books.addVersion(tx, bookId, version, from, prices);
      const former = { version: newest.version, validFrom: newest.validFrom };
      const detail = { version, validFrom, ...(reason && { reason }) };
      await this.record(tx, caller, bookId, { detail, change: changedFrom(former, { version, validFrom }) });
      return { version, validFrom, validTo: null, prices };
    });
  }

  async compare(bookId: string, { from, to }: PriceDifferenceQuery): Promise<PriceDifferences> {
    const { currency } = await this.find(bookId);
    const [before, after] = [await this.version(bookId, from), await this.version(bookId, to)];
    return { currency, from, items: priceDifferencesOf(before.prices, after.prices) };
  }

  async compareWithNewest(bookId: string, { prices }: ComparePrices): Promise<PriceDifferences> {
    const { currency } = await this.find(bookId);
    const { version: from, prices: before } = await this.books.newest(this.database, bookId);
    return { currency, from, items: priceDifferencesOf(before, prices) };
  }

  private async find(bookId: string): Promise<BookRow> {
    const book = await this.books.find(this.database, bookId);
    if (!book) throw priceBookErrors.PriceBookNotFound('There is no such price book.');
    return book;
  }

  private async version(bookId: string, number: number): Promise<PriceBookVersion> {
    const version = await this.books.version(this.database, bookId, number);
    if (!version) throw priceBookErrors.PriceBookVersionNotFound(`There is no version ${number}.`);
    return version;
  }

  private async record(
    tx: Tx,
    caller: Caller,
    id: string,
    said: Pick<AuditRecord, 'detail' | 'change'>,
  ): Promise<void> {
    const target = { kind: 'price-book', id };
    await this.audit.record(tx, {
      ...{ by: caller, action: 'price-books:update', target, organizationId: null, ...said },
    });
  }
}
