import { randomUUID } from 'node:crypto';
import type { EgressCounts } from '@berth/contracts/runtime';

interface Count {
  readonly countingId: string;
  bytes: number;
}

/**
 * Bytes of answers that were passed on to the visitors of each workload. Held are those that nobody has accepted yet, so that
 * it takes no more than there was traffic since the last look.
 */
export class EgressMeter {
  private readonly held = new Map<string, Count>();

  add(workloadId: string, bytes: number): void {
    const count = this.held.get(workloadId);
    if (count) count.bytes += bytes;
    else this.held.set(workloadId, { countingId: randomUUID(), bytes });
  }

  counts(): EgressCounts {
    return { items: [...this.held].map(([workloadId, count]) => ({ workloadId, ...count })) };
  }

  /** Forgets what has not grown since; what comes after counts under another id. */
  accept({ items }: EgressCounts): void {
    for (const { workloadId, countingId, bytes } of items) {
      const count = this.held.get(workloadId);
      if (count?.countingId === countingId && count.bytes === bytes) this.held.delete(workloadId);
    }
  }
}
