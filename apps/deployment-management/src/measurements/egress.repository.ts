import type { EgressCounts } from '@berth/contracts/runtime';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** What left for the visitors of a workload on a cluster, and nobody was told of. */
export interface Untold {
  readonly meterId: string;
  readonly workloadId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly appId: string;
  readonly bytes: number;
  readonly since: Date;
}

/** Not from before a restore of the database. */
const isCurrent = (meter: string): string =>
  `exists (select from egress_epoch join producer_epoch using (epoch) where cluster_id = ${meter}.cluster_id)`;

/**
 * Adds what was counted since the last look: all of it where counting began anew. Meters that stand still are not touched. An
 * hour that was told stays as told; what is seen later counts from then on.
 */
const addSql = `
  insert into egress_meter as m (id, cluster_id, workload_id, counting_id, counted, bytes, since)
  select seen.id, $1, w.id, seen.counting_id, seen.bytes, seen.bytes, $2
    from unnest($3::uuid[], $4::uuid[], $5::text[], $6::bigint[]) as seen (id, workload_id, counting_id, bytes)
    join workload w on w.id = seen.workload_id
    left join egress_meter former on former.cluster_id = $1 and former.workload_id = w.id
   where former.id is null or former.counting_id <> seen.counting_id or former.counted < seen.bytes
      on conflict (cluster_id, workload_id) do update
     set bytes = m.bytes + excluded.counted - case when m.counting_id = excluded.counting_id then m.counted else 0 end,
         counted = excluded.counted, counting_id = excluded.counting_id,
         since = case when m.bytes > 0 then m.since else greatest(excluded.since, m.told_until) end
   where m.counting_id <> excluded.counting_id or m.counted < excluded.counted`;

/**
 * Of a database that was restored since the last look: all that was counted so far is taken over and charged to nobody, because the
 * database of before may have told it.
 */
const takeOverSql = `
  insert into egress_meter as m (id, cluster_id, workload_id, counting_id, counted, bytes, since, told_until)
  select seen.id, $1, w.id, seen.counting_id, seen.bytes, 0, $2, $2
    from unnest($3::uuid[], $4::uuid[], $5::text[], $6::bigint[]) as seen (id, workload_id, counting_id, bytes)
    join workload w on w.id = seen.workload_id
      on conflict (cluster_id, workload_id) do update
     set counting_id = excluded.counting_id, counted = excluded.counted`;

/** Locked until the end of the transaction. */
const untoldSql = `
  select m.id as "meterId", w.id as "workloadId", w.organization_id as "organizationId", w.project_id as "projectId",
         w.environment_id as "environmentId", w.app_id as "appId", m.bytes::text as bytes, m.since
    from egress_meter m join workload w on w.id = m.workload_id
   where m.id = $1 and m.bytes > 0 and ${isCurrent('m')} for update of m`;

@Injectable()
export class EgressRepository {
  /** `ids`: of meters that are new, one for each count. */
  async add(tx: Tx, clusterId: string, counts: EgressCounts, since: Date, ids: readonly string[]): Promise<void> {
    await tx.query(addSql, parametersOf(clusterId, counts, since, ids));
  }

  /** Whether this is the first look since the database was restored; another look waits for the end of the transaction. */
  async isFirstInEpoch(tx: Tx, clusterId: string): Promise<boolean> {
    await tx.query('insert into egress_epoch select $1, epoch from producer_epoch on conflict do nothing', [clusterId]);
    const rows = await tx.query(
      `update egress_epoch e set epoch = p.epoch from producer_epoch p
        where cluster_id = $1 and e.epoch <> p.epoch returning cluster_id`,
      [clusterId],
    );
    return rows.length > 0;
  }

  /** What is seen afterwards counts from `now` on. */
  async takeOver(tx: Tx, clusterId: string, counts: EgressCounts, now: Date, ids: readonly string[]): Promise<void> {
    await tx.query('update egress_meter set bytes = 0, told_until = greatest(told_until, $2) where cluster_id = $1', [
      clusterId,
      now,
    ]);
    await tx.query(takeOverSql, parametersOf(clusterId, counts, now, ids));
  }

  /** Meters with bytes from before a moment, or with any for null; at most `limit`. */
  async due(sql: Sql, clusterId: string, before: Date | null, limit: number): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      `select id from egress_meter m
        where cluster_id = $1 and bytes > 0 and ($2::timestamptz is null or since < $2) and ${isCurrent('m')}
        order by id limit $3`,
      [clusterId, before, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Undefined when somebody told of it before. */
  async untold(tx: Tx, meterId: string): Promise<Untold | undefined> {
    const [row] = await tx.query<Omit<Untold, 'bytes'> & { bytes: string }>(untoldSql, [meterId]);
    return row && { ...row, bytes: Number(row.bytes) };
  }

  async setTold(tx: Tx, meterId: string, until: Date): Promise<void> {
    await tx.query('update egress_meter set bytes = 0, told_until = $2 where id = $1', [meterId, until]);
  }

  async forget(tx: Tx, clusterId: string): Promise<void> {
    await tx.query('delete from egress_meter where cluster_id = $1', [clusterId]);
    await tx.query('delete from egress_epoch where cluster_id = $1', [clusterId]);
  }
}

const parametersOf = (clusterId: string, { items }: EgressCounts, at: Date, ids: readonly string[]) => [
  ...[clusterId, at, ids, items.map(({ workloadId }) => workloadId)],
  ...[items.map(({ countingId }) => countingId), items.map(({ bytes }) => bytes)],
];
