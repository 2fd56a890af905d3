import type { Client, Schemas, StreamedEvent } from '@berth/api-client';
import type { Clock } from '../clock.js';

/** The last lines of an ended build are stored already: they only have to travel. */
const END_MILLISECONDS = 3_000;

const hasEnded = ({ status }: Schemas['Build']): boolean => ['succeeded', 'failed', 'cancelled'].includes(status);

/** Streams a build's log in the background; lines are taken when somebody is ready to show them. */
export class BuildLog {
  private readonly lines: string[] = [];
  private readonly closed = new AbortController();
  private reading: Promise<void> | undefined;

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
  ) {}

  /** What has come since the last call; all the rest once the build has ended. The first call begins to read. */
  async take(build: Schemas['Build']): Promise<string[]> {
    this.reading ??= this.read(build.id);
    if (hasEnded(build)) await Promise.race([this.reading, this.clock.pause(END_MILLISECONDS, this.closed.signal)]);
    return this.lines.splice(0);
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
