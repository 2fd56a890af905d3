import { Inject, Injectable } from '@nestjs/common';
import { Database, Ids, LOGGER, type Logger } from '@berth/service-kit';

/** A queue has due work; with a key: whoever works on that key must ask whether it was interrupted. */
export interface WakeSignal {
  readonly queue: string;
  readonly key?: string;
}

export const wakeChannel = 'berth_work';

/** Carries wake signals inside the process at once, and to other processes by NOTIFY, coalesced. Signals are hints. */
@Injectable()
export class WakeBus {
  private readonly subscribers = new Set<(signal: WakeSignal) => void>();
  private readonly pending = new Map<string, WakeSignal>();
  private readonly sender: string;
  private sending = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Ids) ids: Ids,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.sender = ids.next();
  }

  subscribe(subscriber: (signal: WakeSignal) => void): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  /** Call it after the commit, never inside a transaction: NOTIFY there would serialise commits on a global lock. */
  publish(signal: WakeSignal): void {
    this.deliver(signal);
    this.pending.set(`${signal.queue} ${signal.key ?? ''}`, signal);
    void this.send();
  }

  /** What another process sent. */
  receive(payload: string): void {
    if (payload === '') return;
    const { from, ...signal } = JSON.parse(payload) as WakeSignal & { from: string };
    if (from !== this.sender) this.deliver(signal);
  }

  private deliver(signal: WakeSignal): void {
    for (const subscriber of this.subscribers) subscriber(signal);
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      await Promise.resolve();
      while (this.pending.size > 0) await this.sendPending();
    } catch (error) {
      this.logger.debug({ err: error }, 'wake signals were not sent; polling makes up for it');
    } finally {
      this.sending = false;
    }
  }

  private async sendPending(): Promise<void> {
    const payloads = [...this.pending.values()].map((signal) => JSON.stringify({ ...signal, from: this.sender }));
    this.pending.clear();
    await this.database.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [
      wakeChannel,
      payloads,
    ]);
  }
}
