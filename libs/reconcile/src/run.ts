import type { Lease } from './leases.repository.js';
import { Interrupted, LeaseLost } from './outcome.js';

/** One key in work: its lease and the signal of the reconciler. */
export class Run {
  /** Resolves when the lease is lost. */
  readonly lost: Promise<void>;
  private readonly controller = new AbortController();
  private resolveLost: () => void = () => undefined;
  private held = true;

  constructor(
    readonly lease: Lease,
    /** Monotonic milliseconds at which the lease was last known to be ours. */
    public confirmedAt: number,
  ) {
    this.lost = new Promise((resolve) => (this.resolveLost = resolve));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isLost(): boolean {
    return !this.held;
  }

  interrupt(reason: string): void {
    this.controller.abort(new Interrupted(reason));
  }

  lose(): void {
    this.held = false;
    this.controller.abort(new LeaseLost(`the lease of ${this.lease.key} was lost`));
    this.resolveLost();
  }
}
