import type { InvoicePart, InvoiceSpan, Metric } from '@berth/contracts/metering';
import { formatMinor } from '../rating/currency.js';
import { exact, roundQuotient } from '../rating/exact.js';
import type { Span } from '../spans/history.js';
import type { ClippedSpan } from '../spans/span-digest.js';
import { clipped, sizeOf } from '../spans/usage.js';
import { overlapOf, type Stretch } from './overlap.js';

/** A line of usage, as far as its parts depend on it. */
export interface ExplainedLine {
  readonly from: Date;
  readonly to: Date;
  readonly metric: Metric;
  /** Of the whole line, in base units. */
  readonly quantity: bigint;
  readonly amount: string;
}

const AMOUNT_DECIMALS = 10;

interface Sum {
  readonly stretches: Stretch[];
  readonly first: Span;
  spans: number;
  from: Date;
  to: Date;
  instanceTime: bigint;
}

/** What each release, process type and size has of a line. The quantities of all workloads together are the line's. */
export function partsOf(line: ExplainedLine, spans: readonly Span[]): InvoicePart[] {
  const sums = new Map<string, Sum>();
  for (const part of partlyIn(line, spans)) {
    const sum = sums.get(keyOf(part)) ?? begun(part);
    sum.spans++;
    sum.stretches.push(part);
    sum.from = part.from < sum.from ? part.from : sum.from;
    sum.to = part.to > sum.to ? part.to : sum.to;
    sum.instanceTime += instanceTimeOf(part);
    sums.set(keyOf(part), sum);
  }
  const all = [...sums.values()];
  return all.map((sum) => told(line, sum, besides(sum, all))).toSorted((a, b) => (a.from < b.from ? -1 : 1));
}

/** What of each span a line is of, in their order. Their quantities are those of the parts. */
export const lineSpansOf = (line: ExplainedLine, spans: readonly Span[]): InvoiceSpan[] =>
  partlyIn(line, spans)
    .toSorted((a, b) => a.from.getTime() - b.from.getTime() || (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((part) => ({
      ...sizesOf(part),
      ...{ instances: part.instances, from: part.from.toISOString(), to: part.to.toISOString() },
      quantity: `${instanceTimeOf(part) * sizeOf[line.metric](part)}`,
    }));

const partlyIn = (line: ExplainedLine, spans: readonly Span[]): ClippedSpan[] =>
  spans.filter((span) => sizeOf[line.metric](span) > 0n).flatMap((span) => clipped(span, line) ?? []);

const instanceTimeOf = ({ from, to, instances }: ClippedSpan): bigint =>
  BigInt(to.getTime() - from.getTime()) * BigInt(instances);

function sizesOf({ cluster, release, processType, cpuMillicores, memoryMib, ...span }: Span) {
  const { storageBytes = 0, buildMillicores = 0, egressBytes = 0, domains = 0 } = span;
  const sizes = { cpuMillicores, memoryMib, storageBytes, buildMillicores, egressBytes, domains };
  return { ...{ cluster, release, processType }, ...sizes };
}

const keyOf = ({ workloadId, cluster, release, processType, cpuMillicores, memoryMib, ...span }: Span): string =>
  JSON.stringify([
    ...[workloadId, cluster, release, processType, cpuMillicores, memoryMib],
    ...[span.storageBytes, span.buildMillicores, span.egressBytes, span.domains],
  ]);

const begun = (first: ClippedSpan): Sum => ({
  ...{ first, spans: 0, from: first.from, to: first.to, instanceTime: 0n },
  stretches: [],
});

/** When other releases of the same process type served. */
const besides = ({ first }: Sum, all: readonly Sum[]): Stretch[] =>
  all
    .filter(
      ({ first: { workloadId, processType } }) => workloadId === first.workloadId && processType === first.processType,
    )
    .flatMap(({ first: { release }, stretches }) => (release === first.release ? [] : stretches));

function told(line: ExplainedLine, sum: Sum, others: readonly Stretch[]): InvoicePart {
  const { first, spans, from, to, instanceTime } = sum;
  const { workloadId, appId, environmentId, projectId } = first;
  const quantity = instanceTime * sizeOf[line.metric](first);
  const share = exact(line.amount).times(exact(quantity));
  const amount = roundQuotient(share, exact(line.quantity), AMOUNT_DECIMALS, 'half-even');
  return {
    ...{ workloadId, appId, environmentId, projectId },
    ...sizesOf(first),
    ...{ spans, from: from.toISOString(), to: to.toISOString() },
    overlapMilliseconds: `${overlapOf(sum.stretches, others)}`,
    ...{ instanceMilliseconds: `${instanceTime}`, quantity: `${quantity}` },
    amount: formatMinor(amount, AMOUNT_DECIMALS),
  };
}
