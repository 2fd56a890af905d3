import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';

/**
 * Says of all workloads at once that they are as they were seen last: the stream of changes is open, and it would have told.
 * Without it each would have to be looked at again and again, only to know until when usage is certain if the runtime dies.
 */
@Injectable()
export class RuntimeConfirmations {
  constructor(
    private readonly database: Database,
    private readonly mint: Mint,
  ) {}

  /**
   * Changes may have been missed: what was confirmed until now is written down, and from now on only what has been looked
   * at since is confirmed.
   */
  async begin(): Promise<void> {
    await this.database.transaction(async (tx) => {
      // One replica after the other: each takes the rows of many workloads.
      await tx.query('select from runtime_watch for update');
      await tx.query(
        `update allocation a set confirmed_at = w.confirmed_at from runtime_watch w
          where a.confirmed_at >= w.since and a.confirmed_at < w.confirmed_at`,
      );
      await tx.query(
        `insert into runtime_watch (since, confirmed_at) values ($1, $1)
         on conflict (only_row) do update set since = excluded.since, confirmed_at = excluded.confirmed_at`,
        [this.mint.now()],
      );
    });
  }

  async confirm(): Promise<void> {
    const sql = 'update runtime_watch set confirmed_at = greatest(confirmed_at, $1)';
    await this.database.transaction((tx) => tx.query(sql, [this.mint.now()]));
  }
}
