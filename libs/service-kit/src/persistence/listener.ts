import { Client } from 'pg';
import type { Clock } from '../time/clock.js';
import { type TrustFiles, trusting } from '../tls/certificates.js';
import type { Logger } from '../logging/logger.js';

export interface ListenerOptions extends TrustFiles {
  readonly url: string;
  readonly channel: string;
  /** Called for each NOTIFY, and once after every (re)connection because notifications may have been missed. */
  readonly onNotify: (payload: string) => void;
}

/** Listens on a Postgres channel on a connection of its own and reconnects for as long as it is open. */
export class Listener {
  private client: Client | undefined;
  private closed = false;

  constructor(
    private readonly options: ListenerOptions,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async open(): Promise<void> {
    const client = new Client({ connectionString: this.options.url, ...trusting(this.options) });
    this.client = client;
    client.on('error', (error) => this.logger.debug({ err: error }, 'listener connection ended'));
    client.on('end', () => this.reconnectSoon());
    client.on('notification', (message) => this.options.onNotify(message.payload ?? ''));
    await client.connect();
    await client.query(`listen "${this.options.channel}"`);
    this.options.onNotify('');
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client?.end();
  }

  private reconnectSoon(): void {
    if (this.closed) return;
    this.clock.after(500, () => {
      if (this.closed) return;
      this.open().catch((error: unknown) =>
        this.logger.warn({ err: error, channel: this.options.channel }, 'listener cannot connect'),
      );
    });
  }
}
