import { type Database, isInfrastructureError, type Logger, type Sql, type Tx } from '@berth/service-kit';
import { type DeadLetter, deadLetterOf, type DeadLetterRow } from './dead-letter.js';
import { describeError } from './describe-error.js';
import type { EventProcessor } from './event-processor.js';
import { enter } from './inbox.js';
import { lockKey } from './parking.js';

export interface DeadLetterPage {
  /** Oldest first; only those that still park their key. */
  readonly items: DeadLetter[];
  /** Cursor of the next page; null at the end. */
  readonly next: string | null;
}

export interface ReplayResult {
  readonly replayed: number;
  /** Events of the key that still wait; 0: the key is no longer parked. */
  readonly remaining: number;
  /** Why the replay stopped early. */
  readonly error: string | null;
}

interface Outcome {
  readonly done: boolean;
  readonly error: string | null;
}

const listSql = `select * from dead_letter
  where state in ('failed', 'parked') and seq > $1 order by seq limit $2`;
const firstSql = `select * from dead_letter
  where key = $1 and state in ('failed', 'parked') order by seq limit 1`;
const openSql = `select count(*)::int as open from dead_letter
  where state in ('failed', 'parked') and coalesce(event->>'organizationid', event#>>'{data,organizationId}') = $1`;
const closeSql = `update dead_letter set state = $2, reason = $3, closed_at = now() where id = $1`;

/** The events that could not be handled: looked at, replayed or dropped by command, with a reason that is kept. */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly processor: EventProcessor,
    private readonly logger: Logger,
  ) {}

  async list({ limit = 50, cursor = null }: { limit?: number; cursor?: string | null } = {}): Promise<DeadLetterPage> {
    const rows = await this.database.query<DeadLetterRow>(listSql, [cursor ?? '0', limit + 1]);
    const items = rows.slice(0, limit);
    return { items: items.map(deadLetterOf), next: rows.length > limit ? (items.at(-1)?.seq ?? null) : null };
  }

  /** How many events that name an organization have not taken effect. */
  async openOf(sql: Sql, organizationId: string): Promise<number> {
    const [row] = await sql.query<{ open: number }>(openSql, [organizationId]);
    return row?.open ?? 0;
  }

  /**
   * Runs the events of a key again, in order, until one fails or none is left; then the key is free.
   * @throws Error when the infrastructure failed; what was replayed until then stays so
   */
  replay(key: string, reason: string): Promise<ReplayResult> {
    return this.database.apart(() => this.replayAll(key, reason));
  }

  /** Drops one event for ever; what waits behind it waits on until `replay`. False when there is no such letter. */
  async discard(id: string, reason: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const sql = `select * from dead_letter where id = $1 and state in ('failed', 'parked')`;
      const [letter] = await tx.query<DeadLetterRow>(sql, [id]);
      if (!letter) return false;
      await lockKey(tx, letter.key);
      await enter(tx, id); // a late redelivery of it is ignored like one that took effect
      await tx.query(closeSql, [id, 'discarded', reason]);
      this.logger.warn({ eventId: id, type: letter.event.type, reason }, 'a dead letter was discarded');
      return true;
    });
  }

  private async replayAll(key: string, reason: string): Promise<ReplayResult> {
    let replayed = 0;
    for (;;) {
      const outcome = await this.replayFirst(key, reason);
      if (outcome.done) return { replayed, remaining: await this.countOpen(key), error: outcome.error };
      replayed++;
    }
  }

  private async replayFirst(key: string, reason: string): Promise<Outcome> {
    let letter: DeadLetterRow | undefined;
    try {
      await this.database.transaction(async (tx) => {
        await lockKey(tx, key);
        [letter] = await tx.query<DeadLetterRow>(firstSql, [key]);
        if (letter) await this.take(tx, letter, reason);
      });
      return { done: !letter, error: null };
    } catch (error) {
      if (!letter || isInfrastructureError(error)) throw error;
      return { done: true, error: await this.recordFailure(letter, error) };
    }
  }

  private async take(tx: Tx, { id, event }: DeadLetterRow, reason: string): Promise<void> {
    if (await enter(tx, id)) await this.processor.process(tx, [event]);
    await tx.query(closeSql, [id, 'replayed', reason]);
  }

  private async recordFailure({ id, event }: DeadLetterRow, error: unknown): Promise<string> {
    const message = describeError(error);
    this.logger.warn({ err: error, eventId: id, type: event.type }, 'a dead letter failed again');
    const sql = `update dead_letter set state = 'failed', error = $2, attempts = attempts + 1 where id = $1`;
    await this.database.query(sql, [id, message]);
    return message;
  }

  private async countOpen(key: string): Promise<number> {
    const sql = `select count(*)::int as open from dead_letter where key = $1 and state in ('failed', 'parked')`;
    return (await this.database.query<{ open: number }>(sql, [key]))[0]?.open ?? 0;
  }
}
