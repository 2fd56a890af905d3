import type { Correction, InvoiceDocument, InvoiceLine, Metric, PriceList } from '@berth/contracts/metering';
import { exact, roundQuotient } from '../rating/exact.js';
import { formatMinor } from '../rating/currency.js';
import { csvOf } from './csv.js';
import { type FocusCells, focusColumnNames, type FocusRow } from './focus-columns.js';
import { resourceOf } from './focus-resource.js';
import { inUnits } from './quantity.js';

/** Prices that a line was charged by, as they stand in the price book and as they were agreed on. */
export interface PricesOfLine {
  readonly list: PriceList;
  readonly contracted: PriceList;
}

export type FindPrices = (line: Pick<InvoiceLine, 'version' | 'agreement'>) => PricesOfLine | undefined;

/** An invoice in the terms of FOCUS 1.0: the billed costs of all rows are what is due. */
export const focusCsv = (told: InvoiceDocument, pricesOf: FindPrices): string =>
  csvOf(
    focusColumnNames,
    focusRows(told, pricesOf).map((row) => focusColumnNames.map((name) => row[name])),
  );

export function focusRows(told: InvoiceDocument, pricesOf: FindPrices): FocusRow[] {
  const own = told.lines.flatMap((line) =>
    line.usage ? usageRows(told, line, pricesOf(line)) : [otherRow(told, line)],
  );
  const corrected = told.corrections.flatMap((correction) =>
    correction.lines.map((line) => correctionRow(told, correction, line)),
  );
  return [...own, ...corrected];
}

const nothing = Object.fromEntries(focusColumnNames.map((name) => [name, null])) as FocusRow;

/** Seconds are as fine as the format of dates goes. */
const moment = (instant: string): string => instant.replace(/\.[0-9]{3}Z$/, 'Z');

/** What all rows of an invoice have in common. */
function rowOf(told: InvoiceDocument, amount: string, cells: FocusCells): FocusRow {
  const { organizationId, period, currency, issuer, seller, buyer } = told;
  return {
    ...nothing,
    ...{ BilledCost: amount, ContractedCost: amount, EffectiveCost: amount, ListCost: amount },
    ...{ BillingAccountId: organizationId, BillingAccountName: buyer?.name ?? null, BillingCurrency: currency },
    ...{ BillingPeriodStart: moment(period.from), BillingPeriodEnd: moment(period.to) },
    ...{ ChargePeriodStart: moment(period.from), ChargePeriodEnd: moment(period.to) },
    ...{ InvoiceIssuerName: seller?.name ?? issuer, ProviderName: seller?.name ?? issuer, PublisherName: 'Berth' },
    ...{ ServiceCategory: 'Other', ServiceName: 'Berth' },
    ...cells,
  };
}

const units: Record<Metric, string> = {
  cpu: 'Core-Hours',
  memory: 'GiB-Hours',
  storage: 'GiB-Hours',
  build: 'Core-Hours',
  egress: 'GiB',
  domain: 'Domain-Hours',
};
/** By section "Service Category", a service has one and only one. */
const serviceOf: Record<Metric, readonly [name: string, category: string]> = {
  cpu: ['Berth Compute', 'Compute'],
  memory: ['Berth Compute', 'Compute'],
  storage: ['Berth Volumes', 'Storage'],
  build: ['Berth Builds', 'Developer Tools'],
  egress: ['Berth Traffic', 'Networking'],
  domain: ['Berth Domains', 'Networking'],
};
const DECIMALS = 10;

/** A row for each app. Where tiers, packages or allowances make a unit's price depend on others, it is the line's average. */
function usageRows(told: InvoiceDocument, line: InvoiceLine, prices: PricesOfLine | undefined): FocusRow[] {
  if (!line.usage) return [];
  const { metric, quantity: whole } = line.usage;
  const [service, category] = serviceOf[metric];
  const average = averagePrice(line.amount, inUnits(metric, BigInt(whole), DECIMALS));
  const contracted = flatPrice(prices?.contracted, metric) ?? average;
  const list = flatPrice(prices?.list, metric) ?? contracted;
  return line.apps.map(({ appId, quantity, amount }) => {
    const used = inUnits(metric, BigInt(quantity), DECIMALS);
    return rowOf(told, amount, {
      ...aboutCharge(told, line),
      ...{ PricingQuantity: used, PricingUnit: units[metric], ConsumedQuantity: used, ConsumedUnit: units[metric] },
      ...{ ListUnitPrice: list, ListCost: product(list, used) },
      ...{ ContractedUnitPrice: contracted, ContractedCost: product(contracted, used) },
      ...{ ServiceName: service, ServiceCategory: category },
      ...resourceOf(told, line, appId),
    });
  });
}

const product = (price: string, quantity: string): string => exact(price).times(quantity).toFixed();

function averagePrice(amount: string, quantity: string): string {
  if (exact(quantity).isZero()) return '0';
  return formatMinor(roundQuotient(exact(amount), exact(quantity), DECIMALS, 'half-even'), DECIMALS);
}

/** What each unit costs, if each costs the same. */
function flatPrice(prices: PriceList | undefined, metric: Metric): string | undefined {
  const rate = prices?.rates.find((each) => each.metric === metric);
  return rate?.pricing.kind === 'per-unit' && !rate.free ? rate.pricing.price : undefined;
}

const categories: Record<InvoiceLine['kind'], readonly [category: string, frequency: string]> = {
  usage: ['Usage', 'Usage-Based'],
  fee: ['Purchase', 'Recurring'],
  minimum: ['Adjustment', 'Recurring'],
  discount: ['Adjustment', 'Recurring'],
  tax: ['Tax', 'Recurring'],
  credit: ['Credit', 'One-Time'],
};

function aboutCharge({ priceBook }: InvoiceDocument, line: InvoiceLine): FocusCells {
  const [category, frequency] = categories[line.kind];
  const isSold = line.kind === 'usage' || line.kind === 'fee';
  const version = `v${line.version}${line.agreement === undefined ? '' : `-a${line.agreement}`}`;
  return {
    ...{ ChargeCategory: category, ChargeFrequency: frequency, ChargeDescription: line.name },
    ...{ ChargePeriodStart: moment(line.from), ChargePeriodEnd: moment(line.to) },
    ...(isSold && {
      ...{ SkuId: `${priceBook.name}/${line.id}`, SkuPriceId: `${priceBook.name}/${version}/${line.id}` },
      PricingCategory: 'Standard',
    }),
  };
}

function otherRow(told: InvoiceDocument, line: InvoiceLine): FocusRow {
  const { amount } = line;
  const price = { PricingQuantity: '1', PricingUnit: 'Months', ListUnitPrice: amount, ContractedUnitPrice: amount };
  return rowOf(told, amount, { ...aboutCharge(told, line), ...(line.kind === 'fee' && price) });
}

function correctionRow(
  told: InvoiceDocument,
  { invoice, month }: Correction,
  line: Correction['lines'][number],
): FocusRow {
  const [category, frequency] = categories[line.kind];
  return rowOf(told, line.amount, {
    ...{ ChargeCategory: category, ChargeFrequency: frequency, ChargeClass: 'Correction' },
    ChargeDescription: `${line.name}: correction of ${invoice} (${month})`,
  });
}
