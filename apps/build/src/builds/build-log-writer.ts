import type { Clock } from '@berth/service-kit';

export interface BuildLogWriterOptions {
  /** Number of the first line. */
  readonly first: number;
  readonly maxBytes: number;
  readonly mask: (text: string) => string;
  /** Stores lines, the first of which has this number. */
  readonly store: (first: number, lines: readonly string[]) => Promise<void>;
  readonly clock: Clock;
}

const flushMilliseconds = 200;
const chunkBytes = 65_536;
const chunkLines = 500;
const lineLength = 8_000;
const tailLines = 40;

/** Takes the lines of one build as they come and stores them a few times a second; who adds too fast waits. */
export class BuildLogWriter {
  private next: number;
  private pending: string[] = [];
  private pendingBytes = 0;
  private stored = 0;
  private last: string[] = [];
  private writing: Promise<void> = Promise.resolve();
  private scheduled = false;

  constructor(private readonly options: BuildLogWriterOptions) {
    this.next = options.first;
  }

  /** @throws what storing threw: whoever writes then must stop */
  async add(lines: readonly string[]): Promise<void> {
    for (const line of lines) this.take(clip(this.options.mask(line)));
    if (this.pending.length >= chunkLines || this.pendingBytes >= chunkBytes) return this.flush();
    this.flushSoon();
  }

  /** The last lines, also those beyond the limit. */
  get tail(): readonly string[] {
    return this.last;
  }

  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    // The error is kept in the chain, for whoever adds or flushes next.
    this.writing.catch(() => undefined);
    return this.writing;
  }

  private take(line: string): void {
    this.last = [...this.last.slice(1 - tailLines), line];
    if (this.stored > this.options.maxBytes) return;
    this.stored += line.length + 1;
    const full = this.stored > this.options.maxBytes;
    const kept = full ? 'The log is too long: what follows is not stored.' : line;
    this.pending.push(kept);
    this.pendingBytes += kept.length;
  }

  private async write(): Promise<void> {
    const lines = this.pending;
    if (lines.length === 0) return;
    const first = this.next;
    this.pending = [];
    this.pendingBytes = 0;
    this.next += lines.length;
    await this.options.store(first, lines);
  }

  private flushSoon(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.options.clock.after(flushMilliseconds, () => {
      this.scheduled = false;
      void this.flush().catch(() => undefined);
    });
  }
}

const clip = (line: string): string => (line.length > lineLength ? `${line.slice(0, lineLength)}…` : line);
