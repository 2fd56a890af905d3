import { type FindPrices, type PricesOfLine, withTerms } from '@berth/billing';
import type { InvoiceDocument } from '@berth/contracts/metering';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AgreementsRepository } from '../agreements/agreements.repository.js';
import { PriceBooksRepository } from '../price-books/price-books.repository.js';

type Named = InvoiceDocument['priceBook']['versions'][number];

/** The prices that an invoice names: versions and agreements never change. */
@Injectable()
export class ChargedPrices {
  constructor(
    private readonly books: PriceBooksRepository,
    private readonly agreements: AgreementsRepository,
    private readonly database: Database,
  ) {}

  async of(told: InvoiceDocument): Promise<FindPrices> {
    const charged = await Promise.all(
      told.priceBook.versions.map(async (named) => ({ named, prices: await this.pricesOf(told, named) })),
    );
    return (line) =>
      charged.find(({ named }) => named.version === line.version && named.agreement === line.agreement)?.prices;
  }

  private async pricesOf(
    { organizationId, priceBook }: InvoiceDocument,
    named: Named,
  ): Promise<PricesOfLine | undefined> {
    const agreed =
      named.agreement && (await this.agreements.find(this.database.confined, organizationId, named.agreement));
    const found = await this.books.version(this.database, agreed ? agreed.priceBookId : priceBook.id, named.version);
    if (!found) return undefined;
    return { list: found.prices, contracted: agreed ? withTerms(found.prices, agreed.terms) : found.prices };
  }
}
