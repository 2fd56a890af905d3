import type { Database, Sql, Tx } from '@berth/service-kit';

export interface Deadline {
  readonly queue: string;
  readonly key: string;
  readonly name: string;
  readonly attempts: number;
}

/** Deadlines are compared with the clock that set them, not with the database's. */
export class DeadlinesRepository {
  constructor(private readonly database: Database) {}

  due(queues: readonly string[], now: Date, limit: number): Promise<Deadline[]> {
    return this.database.queryPrepared(
      `select queue, key, name, attempts from work_deadline
        where due_at <= $2 and queue = any($1) order by due_at limit $3`,
      [queues, now, limit],
    );
  }

  /** One process at a time handles a deadline; false: another one is at it. */
  async claim(tx: Tx, deadline: Deadline): Promise<boolean> {
    const [row] = await tx.query<{ claimed: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as claimed,
              set_config('statement_timeout', '5s', true), set_config('idle_in_transaction_session_timeout', '5s', true)`,
      [`work_deadline ${deadline.queue} ${deadline.key} ${deadline.name}`],
    );
    return row?.claimed ?? false;
  }

  /** Takes the key away from whoever works on it: the fence it holds is worth nothing from the commit on. */
  async raiseFence(tx: Tx, deadline: Deadline): Promise<void> {
    await tx.query('delete from work_lease where queue = $1 and key = $2', [deadline.queue, deadline.key]);
  }

  async isDue(sql: Sql, deadline: Deadline, now: Date): Promise<boolean> {
    const rows = await sql.query(
      'select 1 from work_deadline where queue = $1 and key = $2 and name = $3 and due_at <= $4',
      [deadline.queue, deadline.key, deadline.name, now],
    );
    return rows.length > 0;
  }

  /** False: it is cleared or moved by now. */
  async deleteDue(tx: Tx, deadline: Deadline, now: Date): Promise<boolean> {
    const rows = await tx.query(
      'delete from work_deadline where queue = $1 and key = $2 and name = $3 and due_at <= $4 returning 1',
      [deadline.queue, deadline.key, deadline.name, now],
    );
    return rows.length > 0;
  }

  /** The same backoff as for keys. `at` stays, so that the gauge shows what is overdue. */
  async postpone(deadline: Deadline, now: Date): Promise<void> {
    await this.database.query(
      `update work_deadline
          set attempts = attempts + 1,
              due_at = $4::timestamptz
                       + least(300, power(2, least(attempts, 20))) * (0.5 + random() / 2) * interval '1 second'
        where queue = $1 and key = $2 and name = $3 and due_at <= $4`,
      [deadline.queue, deadline.key, deadline.name, now],
    );
  }

  async countOverdue(now: Date): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `select count(*)::int as count from work_deadline where at < $1::timestamptz - interval '5 seconds'`,
      [now],
    );
    return row?.count ?? 0;
  }

  countDue(queues: readonly string[]): Promise<{ queue: string; depth: number }[]> {
    return this.database.query(
      `select queue, (select count(*)::int from work_item i where i.queue = queue.queue and i.due_at <= now()) as depth
         from unnest($1::text[]) as queue`,
      [queues],
    );
  }
}
