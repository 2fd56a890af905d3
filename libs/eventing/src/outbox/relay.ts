import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Logger } from '@berth/service-kit';
import { backOff } from '../bus/deliver-until-accepted.js';
import type { EventBus } from '../bus/event-bus.js';
import type { PostgresAddress } from '../session/connection.js';
import { outboxLag } from '../metrics/metrics.js';
import { Session, type SessionConnection } from '../session/session.js';
import { Wakeup } from '../session/wakeup.js';
import { Flight } from './flight.js';
import { OUTBOX_CHANNEL, type RelayWaker } from './relay-waker.js';

const BATCH = 500;
const POLL = 1_000;
const LOCK = 'berth-relay';
/** Rows that arrived are deleted many at once: a read that deletes takes longer, and what waits for it is on its way. */
const SWEEP_EVERY = 25;
const SWEEP_AT = 100;
/** Bounds how long events wait once the bus is back. */
const LONGEST_PAUSE = 1_000;

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

/** Deletes what was published and reads what comes next and is not under way, in one round trip. */
const advanceSql = `
  with gone as (delete from outbox where seq = any ($1::bigint[]))
  select seq, topic, key, event, extract(epoch from now() - created_at)::float8 as age
    from outbox where seq <> all ($1::bigint[] || $2::bigint[]) order by seq limit $3`;

/**
 * Publishes outbox rows in order and deletes them once they are durable on the bus: at least once.
 * One relay of a service is active: two would keep each row whole but could reorder events of one aggregate.
 */
export class Relay {
  private readonly session: Session;
  private readonly wakeup = new Wakeup();
  private sweep: 'none' | 'ordered' | 'due' = 'none';

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
    const flight = new Flight<OutboxRow>(
      (rows) => this.bus.publish(rows.map(({ topic, key, event }) => ({ topic, key, event }))),
      () => this.landed(flight),
    );
    while (!connection.ended.aborted) {
      const rows = await connection.query<OutboxRow>(advanceSql, [this.gone(flight), flight.seqs, BATCH]);
      if (flight.isEmpty) outboxLag.set({ service: this.options.service }, rows[0]?.age ?? 0);
      // Nothing may start once something failed: it would overtake.
      if (flight.failure !== undefined) await this.recover(flight, connection.ended);
      else await this.goOn(flight, rows, connection.ended);
    }
    await flight.land();
    await connection.query(advanceSql, [flight.takeDurable(), [], 0]);
  }

  private async goOn(flight: Flight<OutboxRow>, rows: readonly OutboxRow[], ended: AbortSignal): Promise<void> {
    flight.start(rows);
    if (flight.isFull) await flight.room();
    else if (rows.length < BATCH) await this.wakeup.wait(ended);
  }

  private async recover(flight: Flight<OutboxRow>, ended: AbortSignal): Promise<void> {
    const error = flight.failure;
    const attempt = await flight.land();
    this.tools.logger.warn({ err: error, attempt }, 'events could not be published');
    await this.tools.clock.pause(Math.min(backOff(attempt), LONGEST_PAUSE), ended);
  }

  private gone(flight: Flight<OutboxRow>): string[] {
    const isDue = this.sweep === 'due';
    if (isDue) this.sweep = 'none';
    return flight.takeDurable(isDue ? 0 : SWEEP_AT);
  }

  private landed(flight: Flight<OutboxRow>): void {
    if (flight.failure !== undefined) return this.wakeup.signal();
    if (this.sweep !== 'none') return;
    this.sweep = 'ordered';
    this.tools.clock.after(SWEEP_EVERY, () => {
      this.sweep = 'due';
      this.wakeup.signal();
    });
  }
}
