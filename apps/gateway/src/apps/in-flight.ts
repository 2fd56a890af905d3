import type { CancelTimer, Clock } from '../clock.js';

/** How many requests and upgraded connections run on each upstream, by its id, also after it left the route table. */
export class InFlight {
  private readonly counts = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly clock: Clock) {}

  of(upstreamId: string): number {
    return this.counts.get(upstreamId) ?? 0;
  }

  enter(upstreamId: string): void {
    this.counts.set(upstreamId, this.of(upstreamId) + 1);
  }

  leave(upstreamId: string): void {
    const left = this.of(upstreamId) - 1;
    if (left > 0) return void this.counts.set(upstreamId, left);
    this.counts.delete(upstreamId);
    for (const wake of this.waiting.get(upstreamId) ?? []) wake();
  }

  /** Resolves with 0 as soon as nothing runs on the upstream, or with what still runs after `milliseconds`. */
  idle(upstreamId: string, milliseconds: number): Promise<number> {
    if (this.of(upstreamId) === 0) return Promise.resolve(0);
    return new Promise((resolve) => {
      let cancel: CancelTimer = () => undefined;
      const finish = () => {
        cancel();
        this.forget(upstreamId, finish);
        resolve(this.of(upstreamId));
      };
      cancel = this.clock.after(milliseconds, finish);
      this.waiting.set(upstreamId, (this.waiting.get(upstreamId) ?? new Set()).add(finish));
    });
  }

  private forget(upstreamId: string, waiter: () => void): void {
    const waiters = this.waiting.get(upstreamId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.waiting.delete(upstreamId);
  }
}
