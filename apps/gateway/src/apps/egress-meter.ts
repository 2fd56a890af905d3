import { randomUUID } from 'node:crypto';
import type { EgressCounts } from '@berth/contracts/runtime';

/** Bytes of answers that were passed on to the visitors of each workload, since this process started. */
export class EgressMeter {
  private readonly countingId = randomUUID();
  private readonly bytes = new Map<string, number>();

  add(workloadId: string, bytes: number): void {
    this.bytes.set(workloadId, (this.bytes.get(workloadId) ?? 0) + bytes);
  }

  counts(): EgressCounts {
    return {
      countingId: this.countingId,
      items: [...this.bytes].map(([workloadId, bytes]) => ({ workloadId, bytes })),
    };
  }
}
