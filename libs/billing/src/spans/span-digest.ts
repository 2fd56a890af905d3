import { createHash } from 'node:crypto';
import type { Span } from './history.js';

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
  private cpu = 0n;
  private memory = 0n;

  add(span: ClippedSpan): void {
    this.count++;
    const instanceTime = BigInt(span.to.getTime() - span.from.getTime()) * BigInt(span.instances);
    this.cpu += instanceTime * BigInt(span.cpuMillicores);
    this.memory += instanceTime * BigInt(span.memoryMib) * 2n ** 20n;
    const { workloadId, appId, environmentId, projectId, cluster, release, processType } = span;
    const what = [workloadId, appId, environmentId, projectId, cluster, release, processType];
    const size = [span.cpuMillicores, span.memoryMib, span.instances, span.from.toISOString(), span.to.toISOString()];
    this.hash.update(`${JSON.stringify([...what, ...size])}\n`);
  }

  /** What all of them are together, in millicore-milliseconds and byte-milliseconds. */
  sums(): { readonly cpu: bigint; readonly memory: bigint } {
    return { cpu: this.cpu, memory: this.memory };
  }

  done(): { readonly count: number; readonly sha256: string } {
    return { count: this.count, sha256: this.hash.digest('hex') };
  }
}
