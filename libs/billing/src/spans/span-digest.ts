import { createHash } from 'node:crypto';
import { metric, type Metric } from '@berth/contracts/metering';
import type { Span } from './history.js';
import { noUsage, sizeOf } from './usage.js';

/** A span of a period as it goes into the hash: clipped to the period. */
export type ClippedSpan = Span & { readonly to: Date };

const keyOf = (span: ClippedSpan) => [
  span.workloadId,
  span.from.toISOString(),
  ...[span.cluster, span.processType],
  ...[span.release, span.cpuMillicores, span.memoryMib].map((number) => String(number).padStart(12, '0')),
];

/** The order in which spans are hashed: by workload, beginning, cluster, process type, release and size. */
export function compareSpans(a: ClippedSpan, b: ClippedSpan): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  const index = left.findIndex((part, at) => part !== right[at]);
  if (index === -1) return 0;
  return Buffer.compare(Buffer.from(left[index] ?? ''), Buffer.from(right[index] ?? ''));
}

/** SHA-256 over the spans of a period, one line of JSON each, given in order. */
export class SpanDigest {
  private readonly hash = createHash('sha256');
  private count = 0;
  private readonly sum: Record<Metric, bigint> = { ...noUsage };

  add(span: ClippedSpan): void {
    this.count++;
    const instanceTime = BigInt(span.to.getTime() - span.from.getTime()) * BigInt(span.instances);
    for (const each of metric.options) this.sum[each] += instanceTime * sizeOf[each](span);
    const { workloadId, appId, environmentId, projectId, cluster, release, processType } = span;
    const what = [workloadId, appId, environmentId, projectId, cluster, release, processType];
    const size = [span.cpuMillicores, span.memoryMib, span.instances, span.from.toISOString(), span.to.toISOString()];
    // Only where there is some: what was hashed before there were volumes, builds, egress and domains must have the same hash.
    const storage = span.storageBytes ? [span.storageBytes] : [];
    const build = span.buildMillicores ? ['build', span.buildMillicores] : [];
    const egress = span.egressBytes ? ['egress', span.egressBytes] : [];
    const domains = span.domains ? ['domains', span.domains] : [];
    this.hash.update(`${JSON.stringify([...what, ...size, ...storage, ...build, ...egress, ...domains])}\n`);
  }

  /** What all of them are together, in base units. */
  sums(): Readonly<Record<Metric, bigint>> {
    return { ...this.sum };
  }

  done(): { readonly count: number; readonly sha256: string } {
    return { count: this.count, sha256: this.hash.digest('hex') };
  }
}
