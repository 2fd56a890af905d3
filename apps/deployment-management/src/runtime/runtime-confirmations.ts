import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';

/**
 * Says of all workloads of a cluster at once that they are as they were seen last: its stream of changes is open, and it
 * would have told. Without it each would have to be looked at again and again, only to know until when usage is certain if
 * the cluster goes.
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
  async begin(clusterId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      // One replica after the other: each takes the rows of many workloads.
      await tx.query('select from runtime_watch where cluster_id = $1 for update', [clusterId]);
      // In an order that whoever else takes those of a cluster keeps.
      await tx.query(
        `update placement p set confirmed_at = held.until from (
           select p.workload_id, w.confirmed_at as until from placement p join runtime_watch w on w.cluster_id = p.cluster_id
            where p.cluster_id = $1 and p.confirmed_at >= w.since and p.confirmed_at < w.confirmed_at
            order by p.workload_id for update of p) held
          where p.cluster_id = $1 and p.workload_id = held.workload_id`,
        [clusterId],
      );
      await tx.query(
        `insert into runtime_watch (cluster_id, since, confirmed_at) values ($1, $2, $2)
         on conflict (cluster_id) do update set since = excluded.since, confirmed_at = excluded.confirmed_at`,
        [clusterId, this.mint.now()],
      );
    });
  }

  async confirm(clusterId: string): Promise<void> {
    const sql = 'update runtime_watch set confirmed_at = greatest(confirmed_at, $2) where cluster_id = $1';
    await this.database.transaction((tx) => tx.query(sql, [clusterId, this.mint.now()]));
  }
}
