import { type FocusColumn, focusColumns, type FocusColumnName, type FocusRow } from '../src/exports/focus-columns.js';

const shapes: Record<FocusColumn['type'], RegExp> = {
  string: /^[^\0]+$/,
  decimal: /^-?[0-9]+(\.[0-9]+)?$/,
  datetime: /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/,
  currency: /^[A-Z]{3}$/,
  json: /^\{.*\}$/,
};

type Rule = (row: FocusRow) => boolean;
const isRegular: Rule = (row) => row.ChargeClass === null;
const isSold: Rule = (row) => row.ChargeCategory === 'Usage' || row.ChargeCategory === 'Purchase';
const isTax: Rule = (row) => row.ChargeCategory === 'Tax';

const neededWhenSold = [
  'PricingQuantity',
  'PricingUnit',
  'ListUnitPrice',
  'ContractedUnitPrice',
  'PricingCategory',
  'SkuId',
  'SkuPriceId',
] as const;

/** Attribute "Unit Format": units in the plural, of a time, or of bytes. */
const unit = /^([0-9]+ )?([KMGTP]i?B|[A-Z][A-Za-z]*s|([A-Z][A-Za-z]*-)+(Seconds|Minutes|Hours|Days|Months|Years))$/;

const commitment = ['CommitmentDiscountId', 'CommitmentDiscountCategory', 'CommitmentDiscountType'] as const;
const costs = ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'] as const;

/** By sections "ListCost" and "ContractedCost". Ten decimals of a quantity times as many of a price. */
const isProduct = (cost: string | null, price: string | null, quantity: string | null): boolean => {
  const scaled = (text: string) => {
    const [whole = '', decimals = ''] = text.split('.');
    return BigInt(whole + decimals.padEnd(20, '0'));
  };
  return price === null || quantity === null || scaled(cost ?? '0') * 10n ** 20n === scaled(price) * scaled(quantity);
};

/** What the columns' own sections of FOCUS 1.0 demand of a row beyond type and nullability. */
const rules: Readonly<Record<string, Rule>> = {
  'prices, quantities and SKU of what is sold': (row) =>
    !(isSold(row) && isRegular(row)) || neededWhenSold.every((name) => row[name] !== null),
  'nothing of the kind on taxes': (row) => !isTax(row) || neededWhenSold.every((name) => row[name] === null),
  'a unit with every quantity': (row) =>
    (row.PricingQuantity === null) === (row.PricingUnit === null) &&
    (row.ConsumedQuantity === null) === (row.ConsumedUnit === null),
  'consumption of usage alone': (row) =>
    isRegular(row) && row.ChargeCategory === 'Usage' ? row.ConsumedQuantity !== null : row.ConsumedQuantity === null,
  'costs are prices times quantities': (row) =>
    !isRegular(row) ||
    (isProduct(row.ListCost, row.ListUnitPrice, row.PricingQuantity) &&
      isProduct(row.ContractedCost, row.ContractedUnitPrice, row.PricingQuantity)),
  'purchases are not usage-based': (row) => row.ChargeCategory !== 'Purchase' || row.ChargeFrequency !== 'Usage-Based',
  'a type with every resource': (row) => (row.ResourceId === null) === (row.ResourceType === null),
  'a resource with every name of one': (row) => row.ResourceName === null || row.ResourceId !== null,
  'a name with every sub account': (row) => (row.SubAccountId === null) === (row.SubAccountName === null),
  'units as they are written': (row) =>
    [row.PricingUnit, row.ConsumedUnit].every((each) => each === null || unit.test(each)),
  'a price of each SKU has a SKU and is priced': (row) =>
    row.SkuPriceId === null ||
    (['SkuId', 'PricingCategory', 'PricingQuantity', 'PricingUnit'] as const).every((name) => row[name] !== null),
  'all of a commitment or nothing': (row) => new Set(commitment.map((name) => row[name] === null)).size === 1,
  'one amount where no price is': (row) =>
    row.SkuPriceId !== null || new Set(costs.map((name) => row[name])).size === 1,
  'periods go forward': (row) =>
    row.ChargePeriodStart! < row.ChargePeriodEnd! && row.BillingPeriodStart! < row.BillingPeriodEnd!,
};

/** What a row does that it may not. */
export function breachesOf(row: FocusRow): string[] {
  const columns = Object.entries<FocusColumn>(focusColumns).flatMap(([name, column]) => {
    const value = row[name as FocusColumnName];
    if (value === null) return column.isNullable ? [] : [`${name} is null`];
    if (!shapes[column.type].test(value)) return [`${name} is no ${column.type}: ${value}`];
    return column.values && !column.values.includes(value) ? [`${name} may not be ${value}`] : [];
  });
  return [...columns, ...Object.entries(rules).flatMap(([name, holds]) => (holds(row) ? [] : [name]))];
}

/** Of which a value of the first column may have one of the second alone, by the sections of the first. */
const oneOf = [
  ['ServiceName', 'ServiceCategory'],
  ['SkuPriceId', 'SkuId'],
  ['ResourceId', 'ResourceName'],
  ['SubAccountId', 'SubAccountName'],
] as const;

/** What rows do together that they may not. */
export const breachesAmong = (rows: readonly FocusRow[]): string[] =>
  oneOf.flatMap(([name, other]) => {
    const values = Map.groupBy(rows, (row) => row[name]);
    const several = [...values].filter(
      ([value, own]) => value !== null && new Set(own.map((row) => row[other])).size > 1,
    );
    return several.map(([value]) => `${name} ${value} has more than one ${other}`);
  });
