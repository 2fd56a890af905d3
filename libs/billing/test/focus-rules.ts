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
] as const;

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
