import type { Clock, Logger } from '@berth/service-kit';
import { Client, type ClientConfig } from 'pg';
import { connectionOptions, type PostgresAddress } from './connection.js';

const RECONNECT_PAUSE = 250;

/** Milliseconds between signs of life; after ten of them are missing, Postgres ends the session. */
const BEAT = 2_000;
const MISSED_BEATS = 10;

/**
 * One connection of its own. Session advisory locks and LISTEN live exactly as long as it does, and whoever writes
 * through it is fenced: once the connection is gone, so are the lock and the ability to write.
 */
export class SessionConnection {
  private readonly end = new AbortController();
  private readonly prepared = new Map<string, string>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: Client) {
    client.on('error', () => this.end.abort());
    client.on('end', () => this.end.abort());
  }

  /** Aborts when the connection is lost or the session is closed. */
  get ended(): AbortSignal {
    return this.end.signal;
  }

  /** Several loops may share the connection; their statements take turns. Each is planned once and kept. */
  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const name = this.prepared.get(sql) ?? `statement-${this.prepared.size}`;
    this.prepared.set(sql, name);
    const result = this.last.then(() => this.client.query<Row>({ name, text: sql, values: [...parameters] }));
    this.last = result.catch(() => undefined); // told to whoever asked
    return (await result).rows;
  }

  async listen(channel: string, onNotify: (payload: string) => void): Promise<void> {
    this.client.on('notification', (message) => {
      if (message.channel === channel) onNotify(message.payload ?? '');
    });
    await this.query(`listen "${channel}"`);
  }

  /** Takes the lock of that name for as long as the connection lives; false when another session has it. */
  async tryLock(name: string): Promise<boolean> {
    const [row] = await this.query<{ locked: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
      [name],
    );
    return row?.locked === true;
  }

  /** A sign of life. That it fails means that the connection has ended, which is told by `ended`. */
  beat(): void {
    void this.query('select').catch(() => undefined);
  }

  stop(): void {
    this.end.abort();
  }
}

/**
 * Keeps a connection open and `work` running on it, from connection to connection, until closed. The connection of a
 * process that is suspended (its host stops it, its peer sees no close) is ended by Postgres, so that another one gets
 * its locks.
 */
export class Session {
  private readonly closing = new AbortController();
  private current: SessionConnection | undefined;
  private finished: Promise<void> | undefined;

  constructor(
    private readonly name: string,
    private readonly address: PostgresAddress,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly beat = BEAT,
  ) {}

  /** `work` must end soon after `connection.ended` aborts, leaving nothing running. */
  start(work: (connection: SessionConnection) => Promise<void>): void {
    this.finished ??= this.run(work);
  }

  /** Resolves when `work` has ended. */
  async close(): Promise<void> {
    this.closing.abort();
    this.current?.stop();
    await this.finished;
  }

  private async run(work: (connection: SessionConnection) => Promise<void>): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.once(work).catch((error: unknown) =>
        this.logger.warn({ err: error, session: this.name }, 'a database session ended and is opened again'),
      );
      await this.clock.pause(RECONNECT_PAUSE, this.closing.signal);
    }
  }

  private async once(work: (connection: SessionConnection) => Promise<void>): Promise<void> {
    const client = new Client({ ...connectionOptions(this.address), ...this.settings() });
    const connection = new SessionConnection(client);
    this.current = connection;
    const stopBeating = this.clock.every(this.beat, () => connection.beat());
    try {
      await client.connect();
      if (!this.closing.signal.aborted) await work(connection);
    } finally {
      stopBeating();
      connection.stop();
      await client.end().catch(() => undefined); // a connection that is broken already cannot be ended politely
    }
  }

  /** What sessions write says how far they came. Lost in a crash of the server, it is done again: no commit waits for the disk. */
  private settings(): ClientConfig {
    const options = `-c synchronous_commit=off -c idle_session_timeout=${this.beat * MISSED_BEATS}`;
    return { options, application_name: this.name };
  }
}
