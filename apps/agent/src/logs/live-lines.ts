import type { LogLine } from '@berth/contracts/runtime';

const LIMIT = 5_000;

export interface LiveBatch {
  readonly lines: LogLine[];
  /** Lines were dropped because the reader was slow; they are in the files. */
  readonly overflowed: boolean;
}

/** What was written since the reader last asked, within bounds: a slow reader must not make the agent grow. */
export class LiveLines {
  private lines: LogLine[] = [];
  private overflowed = false;
  private wake: () => void = () => undefined;

  push(lines: readonly LogLine[]): void {
    if (this.lines.length + lines.length > LIMIT) {
      this.lines = [];
      this.overflowed = true;
    }
    if (!this.overflowed) this.lines.push(...lines);
    this.wake();
  }

  /** Resolves when there is something, or with undefined when `signal` aborts. */
  async take(signal: AbortSignal): Promise<LiveBatch | undefined> {
    while (this.lines.length === 0 && !this.overflowed) {
      if (signal.aborted) return undefined;
      await this.somethingOr(signal);
    }
    const batch = { lines: this.lines, overflowed: this.overflowed };
    this.lines = [];
    this.overflowed = false;
    return batch;
  }

  private somethingOr(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
