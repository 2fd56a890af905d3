import type { AnswerCount } from '@berth/contracts/runtime';

interface Count {
  requests: number;
  errors: number;
}

/** What was answered on behalf of each upstream, by its id, since this process started. */
export class AnswerCounts {
  private readonly counts = new Map<string, Count>();

  add(upstreamId: string, isError: boolean): void {
    const count = this.counts.get(upstreamId) ?? { requests: 0, errors: 0 };
    count.requests++;
    if (isError) count.errors++;
    this.counts.set(upstreamId, count);
  }

  /** Forgets all others: an upstream that left the table comes back as another one, or begins anew. */
  keep(upstreamIds: ReadonlySet<string>): void {
    for (const id of this.counts.keys()) if (!upstreamIds.has(id)) this.counts.delete(id);
  }

  all(): AnswerCount[] {
    return [...this.counts].map(([upstreamId, count]) => ({ upstreamId, ...count }));
  }
}
