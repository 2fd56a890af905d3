import type { RuntimeChange } from './runtime.js';

/** What came since the last time: anything may have changed, and these have. */
export interface Gathered {
  readonly isResync: boolean;
  readonly workloadIds: readonly string[];
}

/** Reads on while what was read before is worked on: many hints of one workload, or of many, become one piece of work. */
export class GatheredChanges {
  private workloadIds = new Set<string>();
  private isResync = false;
  private hasEnded = false;
  private tell: () => void = () => undefined;

  /** Resolves, or throws, when the stream ends as it does. */
  async read(changes: AsyncIterable<RuntimeChange>): Promise<void> {
    try {
      for await (const change of changes) this.add(change);
    } finally {
      this.hasEnded = true;
      this.tell();
    }
  }

  /** Waits until there is something. Null: the stream has ended, and all that it told was taken. */
  async take(): Promise<Gathered | null> {
    while (!this.hasSome()) {
      if (this.hasEnded) return null;
      await new Promise<void>((resolve) => (this.tell = resolve));
    }
    const taken = { isResync: this.isResync, workloadIds: [...this.workloadIds] };
    this.workloadIds = new Set();
    this.isResync = false;
    return taken;
  }

  private hasSome(): boolean {
    return this.isResync || this.workloadIds.size > 0;
  }

  private add(change: RuntimeChange): void {
    if ('workloadId' in change) this.workloadIds.add(change.workloadId);
    else this.isResync = true;
    this.tell();
  }
}
