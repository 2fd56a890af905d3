import type { Database, Tx } from '@berth/service-kit';
import { LeaseLost } from './outcome.js';
import type { BlockedCount } from './metrics.js';
import type { ResolvedOptions } from './reconciler.js';
import { claimSql, finishSql, heartbeatSql, returnExpiredSql } from './leases.sql.js';
import type { Finish } from './verdict.js';

/** A key held by this process until its lease expires. */
export interface Lease {
  readonly key: string;
  /** bigint as text; grows with every claim. */
  readonly fence: string;
  /** Failures in a row so far. */
  readonly attempts: number;
}

export interface LeaseState {
  readonly key: string;
  readonly fence: string;
  readonly lost: boolean;
  readonly interrupted: boolean;
}

/** So long a process that is suspended inside a transaction keeps the others from what it locked. */
const longestHang = '4s';

/** Claims, renews and ends leases. All times are the database's. */
export class LeasesRepository {
  constructor(private readonly database: Database) {}

  /** Claims up to `wanted` due keys: those of the groups with the fewest leases first, then the longest due. */
  claim(queue: string, wanted: number, options: ResolvedOptions): Promise<Lease[]> {
    return this.database.transaction(async (tx) => {
      // One claim of a queue at a time: only so is the limit per group exact over all processes.
      await tx.queryPrepared(
        `select pg_advisory_xact_lock(hashtextextended('work_item ' || $1, 0)),
                set_config('idle_in_transaction_session_timeout', $2, true)`,
        [queue, longestHang],
      );
      return tx.queryPrepared<Lease>(claimSql, [queue, wanted, options.leaseSeconds, options.perGroup]);
    });
  }

  /** Renews what is still held and tells what is not, and what was interrupted or removed. */
  heartbeat(queue: string, leases: readonly Lease[], leaseSeconds: number): Promise<LeaseState[]> {
    const keys = leases.map((lease) => lease.key);
    const fences = leases.map((lease) => lease.fence);
    return this.database.queryPrepared<LeaseState>(heartbeatSql, [queue, keys, fences, leaseSeconds]);
  }

  /** Ends a lease and schedules what follows. Answers seconds until due (null: not due), or 'lost'. */
  async finish(queue: string, lease: Lease, finish: Finish): Promise<number | null | 'lost'> {
    const [row] = await this.database.queryPrepared<{ seconds: number | null }>(finishSql, [
      queue,
      lease.key,
      lease.fence,
      finish.kind,
      finish.seconds,
      finish.blockedBy ?? null,
    ]);
    return row ? row.seconds : 'lost';
  }

  /** Keys that get no further until somebody acts, by what that is. */
  countBlocked(queues: readonly string[]): Promise<BlockedCount[]> {
    return this.database.query(
      `select queue, blocked_by as reason, count(*)::int as count from work_item
        where queue = any($1) and blocked_by is not null group by queue, blocked_by`,
      [queues],
    );
  }

  /** Makes keys of dead workers due again; it counts as a failure, since the key may be what killed the worker. */
  async returnExpired(): Promise<string[]> {
    const rows = await this.database.queryPrepared<{ queue: string }>(returnExpiredSql);
    return [...new Set(rows.map((row) => row.queue))];
  }

  /** Seconds until the next key of each queue is due; negative: it is overdue; absent: nothing is scheduled. */
  nextDue(queues: readonly string[]): Promise<{ queue: string; seconds: number }[]> {
    return this.database.queryPrepared(
      `select queue, extract(epoch from due_at - now())::float8 as seconds
         from unnest($1::text[]) as queue
        cross join lateral (
          select due_at from work_item i where i.queue = queue.queue and due_at is not null order by due_at limit 1
        ) next`,
      [queues],
    );
  }
}

/**
 * Locks the lease for the length of the transaction, so that nobody can take it away before the commit.
 * @throws LeaseLost
 */
export async function requireLease(tx: Tx, queue: string, lease: Lease): Promise<void> {
  const held = await tx.queryPrepared(
    `select set_config('idle_in_transaction_session_timeout', $4, true)
       from work_lease where queue = $1 and key = $2 and fence = $3 for share`,
    [queue, lease.key, lease.fence, longestHang],
  );
  if (held.length === 0) throw new LeaseLost(`${queue} ${lease.key} is no longer held by fence ${lease.fence}`);
}
