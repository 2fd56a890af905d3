import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consistentPrices, type PriceBook } from '@berth/contracts/metering';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Billing } from './support/billing.js';
import { MeteringApp } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
let guide: string;

beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
  guide = await readFile(join(import.meta.dirname, '../../../docs/prices.md'), 'utf8');
});
afterAll(() => app.close());

type Rates = PriceBook['current']['prices']['rates'];
const priceOf = (pricing: Rates[number]['pricing']) => ('price' in pricing ? Number(pricing.price) : undefined);
const byMetric = <T extends { metric: string | undefined }>(rates: T[]) =>
  new Map(rates.map((each) => [each.metric, each]));

it('the default price book says what the guide to prices says', async () => {
  const { body } = await app.call('/v1/price-books', billing.administrator);
  const [book] = (body['items'] as PriceBook[]).filter(({ name }) => name === 'default');
  const kept = book!.current.prices.rates.map(({ metric, pricing }) => ({
    ...pricing,
    metric,
    price: priceOf(pricing),
  }));

  const rows = [...guide.matchAll(/^\| (\w+) \| [\w-]+ \| ([0-9.]+) \|/gm)];
  const told = rows.map(([, metric, price]) => ({ kind: 'per-unit', metric, price: Number(price) }));
  expect(byMetric(kept)).toEqual(byMetric(told));
});

it('the prices that the guide shows can be taken, and leave no metric without one', async () => {
  const prices = consistentPrices.parse(JSON.parse(/```json\n([^`]+)```/.exec(guide)?.[1] ?? ''));
  const name = 'guide';
  const made = await billing.administer('price-books', { name, currency: 'EUR', prices });
  expect(made).toMatchObject({ status: 201 });
  expect(new Set(prices.rates.map(({ metric }) => metric)).size).toBe(6);
});
