import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Logger } from '@berth/service-kit';
import { backOff } from '../bus/deliver-until-accepted.js';
import type { EventBus } from '../bus/event-bus.js';
import type { PostgresAddress } from '../session/connection.js';
import { outboxLag } from '../metrics/metrics.js';
import { Session, type SessionConnection } from '../session/session.js';
import { Wakeup } from '../session/wakeup.js';
import { OUTBOX_CHANNEL, type RelayWaker } from './relay-waker.js';

const BATCH = 500;
const POLL = 1_000;
const LOCK = 'berth-relay';

/** The service and its database. */
export interface RelayOptions extends PostgresAddress {
  readonly service: string;
}

interface OutboxRow {
  readonly seq: string;
  readonly topic: string;
  readonly key: string;
  readonly event: CloudEvent;
  readonly age: number;
}

/** Deletes what was published and reads what comes next, in one round trip. */
const advanceSql = `
  with gone as (delete from outbox where seq = any ($1::bigint[]))
  select seq, topic, key, event, extract(epoch from now() - created_at)::float8 as age
    from outbox where seq <> all ($1::bigint[]) order by seq limit $2`;

/**
 * Publishes outbox rows in order and deletes them once they are durable on the bus: at least once.
 * One relay of a service is active: two would keep each row whole but could reorder events of one aggregate.
 */
export class Relay {
  private readonly session: Session;
  private readonly wakeup = new Wakeup();

  constructor(
    private readonly options: RelayOptions,
    private readonly bus: EventBus,
    private readonly waker: RelayWaker,
    private readonly tools: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.session = new Session('berth-relay', options, tools.clock, tools.logger);
  }

  start(): void {
    this.session.start((connection) => this.run(connection));
  }

  /** Resolves when the batch in hand is published. */
  stop(): Promise<void> {
    return this.session.close();
  }

  private async run(connection: SessionConnection): Promise<void> {
    while (!(await connection.tryLock(LOCK))) {
      await this.tools.clock.pause(POLL, connection.ended);
      if (connection.ended.aborted) return;
    }
    await connection.listen(OUTBOX_CHANNEL, this.wakeup.signal);
    const stopPolling = this.tools.clock.every(POLL, this.wakeup.signal);
    this.waker.connect(this.wakeup.signal);
    try {
      await this.publishUntilEnded(connection);
    } finally {
      stopPolling();
      this.waker.connect(undefined);
    }
  }

  private async publishUntilEnded(connection: SessionConnection): Promise<void> {
    let published: readonly string[] = [];
    while (!connection.ended.aborted) {
      const rows = await connection.query<OutboxRow>(advanceSql, [published, BATCH]);
      outboxLag.set({ service: this.options.service }, rows[0]?.age ?? 0);
      published = await this.publish(rows, connection.ended);
      if (rows.length === 0) await this.wakeup.wait(connection.ended);
    }
    if (published.length > 0) await connection.query(advanceSql, [published, 0]);
  }

  /** Answers what became durable: all rows, or none when it was stopped before. */
  private async publish(rows: readonly OutboxRow[], stopped: AbortSignal): Promise<string[]> {
    if (rows.length === 0) return [];
    const messages = rows.map(({ topic, key, event }) => ({ topic, key, event }));
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        await this.bus.publish(messages);
        return rows.map((row) => row.seq);
      } catch (error) {
        this.tools.logger.warn({ err: error, attempt, events: rows.length }, 'events could not be published');
        await this.tools.clock.pause(backOff(attempt), stopped);
      }
    }
    return [];
  }
}
