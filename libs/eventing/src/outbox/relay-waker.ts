import type { Database, Logger } from '@berth/service-kit';

/** Channel of the service's own database on which the relay hears of new rows. */
export const OUTBOX_CHANNEL = 'berth_outbox';

/**
 * Tells the relay that rows were committed: directly when it runs in this process, else by NOTIFY. The notification
 * is sent after the commit and at most one is under way (docs/adr/0002-notify-after-commit.md).
 */
export class RelayWaker {
  private local: (() => void) | undefined;
  private sending = false;
  private again = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** The active relay of this process; undefined when it is not, or no longer, the active one. */
  connect(relay: (() => void) | undefined): void {
    this.local = relay;
  }

  wake(): void {
    if (this.local) return this.local();
    this.again = true;
    if (!this.sending) void this.notifyWhileNeeded();
  }

  private async notifyWhileNeeded(): Promise<void> {
    this.sending = true;
    while (this.again) {
      this.again = false;
      await this.notify();
    }
    this.sending = false;
  }

  private async notify(): Promise<void> {
    try {
      await this.database.query('select pg_notify($1, $2)', [OUTBOX_CHANNEL, '']);
    } catch (error) {
      this.logger.debug({ err: error }, 'the relay could not be woken; it polls each second');
    }
  }
}
