import { type Client, type Schemas, type StreamedEvent } from '@berth/api-client';

/** Streams a build's log in the background; lines are taken when somebody is ready to show them. */
export class BuildLog {
  private readonly lines: string[] = [];
  private readonly closed = new AbortController();
  private reading: Promise<void> | undefined;

  constructor(private readonly client: Client) {}

  /** Begins with the first line; later calls change nothing. */
  open(buildId: string): void {
    this.reading ??= this.read(buildId);
  }

  take(): string[] {
    return this.lines.splice(0);
  }

  /** Resolves when the log has ended or could not be read on. */
  async ended(): Promise<void> {
    await this.reading;
  }

  close(): void {
    this.closed.abort();
  }

  private async read(buildId: string): Promise<void> {
    const isLast = (event: StreamedEvent): boolean => event.event === 'end';
    const options = { isLast, signal: this.closed.signal };
    try {
      for await (const event of this.client.eventStream(`/v1/builds/${buildId}/logs`, options)) {
        if (!isLast(event)) this.lines.push((event.data as Schemas['BuildLogLine']).text);
      }
    } catch {
      this.lines.push('(the rest of the log could not be read)');
    }
  }
}
