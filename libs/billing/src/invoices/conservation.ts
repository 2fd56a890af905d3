import { type InvoiceDocument, type InvoiceLine, metric, type Metric } from '@berth/contracts/metering';
import type { Segment } from '../rating/rating.js';
import { usageCharges, unpricedUsage } from '../rating/usage-charges.js';

/** Base units of each metric. */
export type Quantities = Readonly<Record<Metric, bigint>>;

type Told = Pick<InvoiceDocument, 'lines' | 'unpriced'>;

/** Thrown when usage was lost or made on its way from spans to lines: nothing may be billed then. */
export class NotConserved extends Error {}

/**
 * The spans of a period, summed up by themselves, are as much as what is rated, that as much as stands on the lines of the
 * invoice or there without a price, and each line as much as its apps, to the last unit.
 * @throws NotConserved
 */
export function requireConserved(spans: Quantities, segments: readonly Segment[], told: Told): void {
  for (const each of metric.options) {
    const rated = quantityOf([...usageCharges(segments, each), ...unpricedUsage(segments, each)]);
    const onLines = toldOf(told, each);
    if (rated !== spans[each] || onLines !== rated)
      throw new NotConserved(`${each}: spans are ${spans[each]}, rated is ${rated}, on lines is ${onLines}`);
  }
  told.lines.forEach(requireWhole);
}

function toldOf({ lines, unpriced = [] }: Told, of: Metric): bigint {
  const all = [...lines.flatMap(({ usage }) => usage ?? []), ...unpriced];
  return quantityOf(all.filter((each) => each.metric === of));
}

function requireWhole({ id, usage, apps }: InvoiceLine): void {
  const [whole, parts] = [quantityOf(usage ? [usage] : []), quantityOf(apps)];
  if (whole !== parts) throw new NotConserved(`${id}: the line is ${whole}, its apps are ${parts}`);
}

const quantityOf = (parts: readonly { readonly quantity: bigint | string }[]): bigint =>
  parts.reduce((all, { quantity }) => all + BigInt(quantity), 0n);
