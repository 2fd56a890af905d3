import type { CancelTimer, Clock, Logger } from '@berth/service-kit';
import { Pool, type PoolConfig } from 'pg';
import { RETENTION_DAYS } from '../bus/retention.js';
import { Batches } from '../bus/batches.js';
import { Delivery } from '../bus/delivery.js';
import type { BusMessage, Deliver, DeliverRun, EventBus, SubscribeOptions, Subscription } from '../bus/event-bus.js';
import { connectionOptions, type PostgresAddress } from '../session/connection.js';
import { Session } from '../session/session.js';
import { flushSql, rewindSql, schema, trimSql } from './embedded-log.js';
import { GroupConsumer, lockName } from './group-consumer.js';
import { publicationOf } from './publication.js';

const TRIM_EVERY = 3_600_000;
const FLUSH_AFTER = 5;

export interface EmbeddedBusOptions extends PostgresAddress {
  /** Messages that every group has passed are kept so long, for a rewind. Default 7. */
  readonly retentionDays?: number;
}

/**
 * The bus on Postgres: an ordered log of 4 partitions a topic, a position per group and partition, woken by NOTIFY
 * with a poll each second under it. One member of a group reads a topic; others take over when its connection ends.
 */
export class EmbeddedBus implements EventBus {
  private readonly pool: Pool;
  /** Its commits do not wait for the disk: see `publicationOf` and `flushSql`. */
  private readonly publisher: Pool;
  private readonly appends = new Batches<BusMessage>((messages) => this.append(messages));
  private readonly flushes = new Batches<never>(() => this.flush());
  private readonly sessions = new Set<Session>();
  private readonly stopTrimming: CancelTimer;
  private ready: Promise<unknown> | undefined;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly options: EmbeddedBusOptions,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.pool = this.newPool({});
    this.publisher = this.newPool({ options: '-c synchronous_commit=off' });
    this.stopTrimming = clock.every(TRIM_EVERY, () => {
      this.trim().catch((error: unknown) => logger.warn({ err: error }, 'the bus cannot be trimmed'));
    });
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.appends.hand(messages);
    await this.flushes.hand([]);
  }

  async subscribe(options: SubscribeOptions, deliver: Deliver, deliverRun?: DeliverRun): Promise<Subscription> {
    await this.open();
    const tools = { clock: this.clock, logger: this.logger };
    const delivery = new Delivery(deliver, deliverRun, tools);
    const session = new Session(`berth-bus ${options.group}`, this.options, this.clock, this.logger);
    this.sessions.add(session);
    session.start((connection) => new GroupConsumer(options, delivery, tools).run(connection));
    return {
      waitingFor: undefined,
      close: async () => {
        await session.close();
        this.sessions.delete(session);
      },
    };
  }

  async rewind({ group, topics }: SubscribeOptions): Promise<void> {
    await this.open();
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      for (const topic of topics) {
        const sql = 'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as locked';
        const { rows } = await client.query<{ locked: boolean }>(sql, [lockName(group, topic)]);
        if (!rows[0]?.locked) throw new Error(`Group ${group} is running: stop it before it is sent back.`);
      }
      await client.query(rewindSql, [group, topics, this.retentionDays]);
      await client.query('commit');
    } finally {
      client.release(true);
    }
  }

  /** Deletes messages past their retention that every group has passed. Runs by itself each hour. */
  async trim(): Promise<void> {
    await this.open();
    await this.pool.query(trimSql, [this.retentionDays]);
  }

  close(): Promise<void> {
    this.closed ??= this.closeAll();
    return this.closed;
  }

  private get retentionDays(): number {
    return this.options.retentionDays ?? RETENTION_DAYS;
  }

  private async closeAll(): Promise<void> {
    this.stopTrimming();
    await Promise.all([...this.sessions].map((session) => session.close()));
    await Promise.all([this.pool.end(), this.publisher.end()]);
  }

  private async append(messages: readonly BusMessage[]): Promise<void> {
    await this.open();
    await this.publisher.query(publicationOf(messages));
  }

  /** Waits a little, so that one flush serves many: consumers do not wait for it, and each one holds up all commits. */
  private async flush(): Promise<void> {
    await this.clock.pause(FLUSH_AFTER);
    await this.pool.query(flushSql);
  }

  private newPool(settings: PoolConfig): Pool {
    // Connections stay: the first event after a quiet time should not wait for a new one.
    const lasting = { max: 2, idleTimeoutMillis: 0, application_name: 'berth-bus' };
    const pool = new Pool({ ...connectionOptions(this.options), ...lasting, ...settings });
    pool.on('error', (error) => this.logger.debug({ err: error }, 'a connection of the bus ended'));
    return pool;
  }

  private async open(): Promise<void> {
    this.ready ??= this.pool.query(schema);
    await this.ready.catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
  }
}
