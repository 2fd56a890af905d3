import { Inject, Injectable } from '@nestjs/common';
import type { Sql, Tx } from '@berth/service-kit';
import { WakeBus } from './wake-bus.js';

export interface EnqueueOptions {
  /** Not due before so many seconds from now. Default 0. */
  readonly afterSeconds?: number;
  /** Whose work it is, an organization for instance: groups take turns. Kept when absent. */
  readonly group?: string;
}

export interface DeadlineName {
  readonly queue: string;
  readonly key: string;
  readonly name: string;
}

/** Writes work in the caller's transaction: it exists if, and only if, the state that asks for it does. */
@Injectable()
export class WorkQueue {
  constructor(@Inject(WakeBus) private readonly bus: WakeBus) {}

  /** Asks for a run of `key`. The same key collapses, due at the earlier of the two; while worked on, it runs again. */
  async enqueue(tx: Tx, queue: string, key: string, options: EnqueueOptions = {}): Promise<void> {
    await this.upsert(tx, queue, key, options, false);
    tx.afterCommit(() => this.bus.publish({ queue }));
  }

  /** As `enqueue` for many keys in one statement; their groups are kept. */
  async enqueueAll(tx: Tx, queue: string, keys: readonly string[]): Promise<void> {
    await tx.queryPrepared(
      `insert into work_item as i (queue, key, work_group, generation, due_at)
       select $1, key, '', nextval('work_sequence'), now() from unnest($2::text[]) as key order by key
       on conflict (queue, key) do update set generation = excluded.generation, due_at = least(i.due_at, excluded.due_at)`,
      [queue, keys],
    );
    tx.afterCommit(() => this.bus.publish({ queue }));
  }

  /** Enqueues `key` and aborts the signal of whoever works on it now, in any process. */
  async interrupt(tx: Tx, queue: string, key: string): Promise<void> {
    await this.upsert(tx, queue, key, {}, true);
    tx.afterCommit(() => this.bus.publish({ queue, key }));
  }

  /** From `at` on, the reaper calls the reconciler's `overdue(key, name)`. Replaces a deadline of the same name. */
  async setDeadline(tx: Tx, deadline: DeadlineName & { readonly at: Date }): Promise<void> {
    await tx.queryPrepared(
      `insert into work_deadline (queue, key, name, at, due_at) values ($1, $2, $3, $4, $4)
       on conflict (queue, key, name) do update set at = excluded.at, due_at = excluded.at, attempts = 0`,
      [deadline.queue, deadline.key, deadline.name, deadline.at],
    );
  }

  /** The deadline will not fire; one that has fired already stays fired. */
  async clearDeadline(tx: Tx, deadline: DeadlineName): Promise<void> {
    await tx.queryPrepared('delete from work_deadline where queue = $1 and key = $2 and name = $3', [
      deadline.queue,
      deadline.key,
      deadline.name,
    ]);
  }

  /** At most so many keys of a group are worked on at once, by all processes together; 0: none. What is in work goes on. */
  async limitGroup(tx: Tx, queue: string, group: string, atOnce: number): Promise<void> {
    await tx.query(
      `insert into work_group_limit (queue, work_group, at_once) values ($1, $2, $3)
       on conflict (queue, work_group) do update set at_once = excluded.at_once`,
      [queue, group, atOnce],
    );
    tx.afterCommit(() => this.bus.publish({ queue }));
  }

  /** The limit that a group has of its own; null: none. */
  async groupLimit(sql: Sql, queue: string, group: string): Promise<number | null> {
    const [row] = await sql.query<{ atOnce: number }>(
      'select at_once as "atOnce" from work_group_limit where queue = $1 and work_group = $2',
      [queue, group],
    );
    return row?.atOnce ?? null;
  }

  /** Forgets the key and its deadlines, and aborts the signal of whoever works on it. */
  async remove(tx: Tx, queue: string, key: string): Promise<void> {
    await tx.query('delete from work_deadline where queue = $1 and key = $2', [queue, key]);
    await tx.query('delete from work_item where queue = $1 and key = $2', [queue, key]);
    tx.afterCommit(() => this.bus.publish({ queue, key }));
  }

  private async upsert(
    tx: Tx,
    queue: string,
    key: string,
    options: EnqueueOptions,
    interrupted: boolean,
  ): Promise<void> {
    await tx.queryPrepared(
      `insert into work_item as i (queue, key, work_group, generation, due_at, interrupted)
       values ($1, $2, coalesce($3, ''), nextval('work_sequence'), now() + $4 * interval '1 second', $5)
       on conflict (queue, key) do update
         set generation = excluded.generation, due_at = least(i.due_at, excluded.due_at),
             work_group = coalesce($3, i.work_group), interrupted = i.interrupted or excluded.interrupted`,
      [queue, key, options.group ?? null, options.afterSeconds ?? 0, interrupted],
    );
  }
}
