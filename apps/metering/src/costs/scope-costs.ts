import { digitsOf } from '@berth/billing';
import type { UsageQuery } from '@berth/contracts/metering';
import type { ConfinedSql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Tariff, Tariffs } from '../agreements/tariffs.js';
import type { Stretch } from '../usage/interval.js';
import type { UsageLine } from '../usage/usage.js';
import type { UsageScope } from '../usage/scope.js';
import { UsageRepository } from '../usage/usage.repository.js';
import { type Charge, chargesOf, segmentsOf, shareOf, totalOf } from './cost.js';

export interface CostOfScope extends Tariff {
  /** Of the whole organization. */
  readonly charges: readonly Charge[];
  /** The scope's share of them, as on a bill. */
  readonly total: string;
}

/** Tiers and allowances are the organization's: what a part of it costs is its share of what the whole costs. */
@Injectable()
export class ScopeCosts {
  constructor(
    private readonly tariffs: Tariffs,
    private readonly usage: UsageRepository,
  ) {}

  async of(sql: ConfinedSql, scope: UsageScope, { from, to }: Stretch): Promise<CostOfScope> {
    const { book, cuts } = await this.tariffs.of(sql, scope.organization, from, to);
    const charges = chargesOf(segmentsOf(cuts, await this.usage.byApp(sql, scope.organization, cuts)));
    const used = await this.usage.totals(sql, scope, cuts);
    const money = { digits: digitsOf(book.currency), rounding: book.rounding };
    return { book, cuts, charges, total: totalOf(shareOf(charges, used), money) };
  }

  /** One more than asked for: what each part of the scope used while each version held. */
  lines(sql: ConfinedSql, query: UsageQuery, cuts: readonly Stretch[]): Promise<UsageLine[]> {
    return this.usage.lines(sql, query, cuts);
  }
}
