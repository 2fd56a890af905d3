import type { PageQuery } from '@berth/contracts/common';
import type { InstanceCounts } from '@berth/contracts/deployment';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterPointer } from './cluster.js';
import { isOutOfReach, isRefused, isUnreachable } from './cluster-health.js';
import type { PlacementReport, PlacementRow } from './placement.js';

const leavesUnreachable = `exists (select from placement a join cluster c on c.id = a.cluster_id
      where a.workload_id = p.workload_id and a.state = 'active' and a.is_first and ${isUnreachable})`;
const select = `select c.id, c.runtime_version as "runtimeVersion", c.name as cluster, c.region, c.removed_at is not null as "isGone", p.state, p.is_first as "isFirst",
    p.counts, p.report, ${isOutOfReach} as "isOutOfReach", ${isRefused} as "isRefused", p.is_failover as "isFailover",
    p.is_failover and p.state = 'arriving' and ${leavesUnreachable} as "isRescue",
    p.drain_seconds as "drainSeconds", p.drain_until as "drainUntil", p.waits_until as "waitsUntil", p.message, p.created_at as "createdAt"
  from placement p join cluster c on c.id = p.cluster_id where p.workload_id = $1`;

export interface Joining {
  readonly workloadId: string;
  readonly clusterId: string;
  readonly counts: InstanceCounts;
  readonly at: Date;
}

export interface Arrival {
  readonly workloadId: string;
  readonly clusterId: string;
  readonly drainSeconds: number;
  readonly isFailover: boolean;
  readonly at: Date;
}

/** Of the former first, where another one was to be it that stood beside it. */
export interface StaysBeside {
  readonly counts: InstanceCounts;
  /** So long it waits for the other one at the most, whatever it is to drain. */
  readonly waitsUntil: Date;
}

/** Where a cluster stands with an environment that is to have something there. */
export type SpaceState = 'there' | 'ending';

@Injectable()
export class PlacementsRepository {
  all(sql: Sql, workloadId: string): Promise<PlacementRow[]> {
    return sql.queryPrepared<PlacementRow>(`${select} order by c.id`, [workloadId]);
  }

  /** On the way to somewhere, or from it. */
  elsewhere(sql: Sql, workloadId: string): Promise<PlacementRow[]> {
    return sql.queryPrepared<PlacementRow>(`${select} and p.state in ('arriving', 'draining') order by c.id`, [
      workloadId,
    ]);
  }

  list(sql: Sql, workloadId: string, query: PageQuery): Promise<PlacementRow[]> {
    const after = decodeCursor(query.cursor, 'id');
    const sorted = `${select} and ($2::uuid is null or c.id > $2) order by c.id limit $3`;
    return sql.query<PlacementRow>(sorted, [workloadId, after, query.limit + 1]);
  }

  /** Where it stands, or is on its way to: the first before the others. Those that were given up answer nothing. */
  standing(sql: Sql, workloadId: string): Promise<(ClusterPointer & { readonly cluster: string })[]> {
    return sql.queryPrepared(
      `select c.id, c.runtime_version as "runtimeVersion", c.name as cluster from placement p join cluster c on c.id = p.cluster_id
        where p.workload_id = $1 and (p.state = 'active' or (p.state = 'arriving' and not p.is_first))
          and (p.is_first or c.removed_at is null) order by p.is_first desc, c.id`,
      [workloadId],
    );
  }

  /** Who answers for a workload. */
  async active(sql: Sql, workloadId: string): Promise<ClusterPointer | undefined> {
    const [row] = await sql.queryPrepared<ClusterPointer>(
      `select c.id, c.runtime_version as "runtimeVersion" from placement p join cluster c on c.id = p.cluster_id
        where p.workload_id = $1 and p.state = 'active' and p.is_first`,
      [workloadId],
    );
    return row;
  }

  async place(tx: Tx, workloadId: string, clusterId: string, at: Date): Promise<void> {
    const sql = 'insert into placement (workload_id, cluster_id, created_at) values ($1, $2, $3)';
    await tx.query(sql, [workloadId, clusterId, at]);
  }

  async arrive(tx: Tx, { workloadId, clusterId, drainSeconds, isFailover, at }: Arrival): Promise<void> {
    await tx.query(
      `insert into placement (workload_id, cluster_id, state, drain_seconds, is_failover, created_at)
       values ($1, $2, 'arriving', $3, $4, $5)
       on conflict (workload_id, cluster_id) do update set state = 'arriving', drain_seconds = excluded.drain_seconds,
         drain_until = null, waits_until = null, message = null, has_failed = false, is_failover = excluded.is_failover, is_first = true,
         counts = '{}', report = null, created_at = excluded.created_at`,
      [workloadId, clusterId, drainSeconds, isFailover, at],
    );
  }

  /** Beside the first. Answers false when it stands there, or is on its way there. */
  async join(tx: Tx, { workloadId, clusterId, counts, at }: Joining): Promise<boolean> {
    const rows = await tx.query(
      `insert into placement (workload_id, cluster_id, state, is_first, counts, created_at)
       values ($1, $2, 'arriving', false, $3, $4)
       on conflict (workload_id, cluster_id) do update set state = 'arriving', is_first = false, counts = excluded.counts,
         drain_until = null, waits_until = null, message = null, has_failed = false, is_failover = false, report = null,
         created_at = excluded.created_at where placement.state in ('draining', 'failed') returning 1`,
      [workloadId, clusterId, counts, at],
    );
    return rows.length === 1;
  }

  /** One that was beside the first was found live. */
  async activate(tx: Tx, workloadId: string, clusterId: string): Promise<void> {
    const sql = `update placement set state = 'active', message = null
      where workload_id = $1 and cluster_id = $2 and state = 'arriving'`;
    await tx.query(sql, [workloadId, clusterId]);
  }

  async setCounts(tx: Tx, workloadId: string, clusterId: string, counts: InstanceCounts): Promise<void> {
    const sql = 'update placement set counts = counts || $3::jsonb where workload_id = $1 and cluster_id = $2';
    await tx.query(sql, [workloadId, clusterId, counts]);
  }

  async setReport(tx: Tx, workloadId: string, clusterId: string, report: PlacementReport): Promise<void> {
    const sql = 'update placement set report = $3 where workload_id = $1 and cluster_id = $2';
    await tx.queryPrepared(sql, [workloadId, clusterId, report]);
  }

  /** One beside the first goes, by itself when `failure` says why. */
  async part(tx: Tx, workloadId: string, clusterId: string, until: Date, failure: string | null): Promise<void> {
    await tx.query(
      `update placement set state = 'draining', drain_until = $3, message = $4, has_failed = $4::text is not null
        where workload_id = $1 and cluster_id = $2 and not is_first and state in ('arriving', 'active')`,
      [workloadId, clusterId, until, failure],
    );
  }

  /** What was active makes room, `until` when it goes on serving: as one beside the first if that has to grow. */
  async takeOver(tx: Tx, workloadId: string, clusterId: string, until: Date, beside?: StaysBeside): Promise<void> {
    await tx.query(
      `update placement set state = 'draining', drain_until = $2, message = null, is_first = $3::jsonb is null,
         counts = coalesce($3, counts), waits_until = $4 where workload_id = $1 and state = 'active' and is_first`,
      [workloadId, until, beside?.counts ?? null, beside?.waitsUntil ?? null],
    );
    const first = `update placement set state = 'active', is_first = true, counts = '{}', waits_until = null, message = null where workload_id = $1 and cluster_id = $2`;
    await tx.query(first, [workloadId, clusterId]);
  }

  /** Answers false when it is on its way no more. A `message` stays after all is gone. */
  async turnBack(tx: Tx, workloadId: string, clusterId: string, at: Date, message: string | null): Promise<boolean> {
    const rows = await tx.query(
      `update placement set state = 'draining', drain_until = $3, message = $4, has_failed = $4::text is not null
        where workload_id = $1 and cluster_id = $2 and state = 'arriving' returning 1`,
      [workloadId, clusterId, at, message],
    );
    return rows.length === 1;
  }

  async note(tx: Tx, workloadId: string, clusterId: string, message: string): Promise<void> {
    const sql = 'update placement set message = $3 where workload_id = $1 and cluster_id = $2 and not has_failed';
    await tx.query(sql, [workloadId, clusterId, message]);
  }

  /** The cluster answers again: why nothing left it meanwhile is of no interest any more. */
  async forgetMessages(tx: Tx, clusterId: string): Promise<void> {
    // In an order that whoever else takes those of a cluster keeps.
    await tx.query(
      `update placement p set message = null from (
         select workload_id from placement where cluster_id = $1 and state = 'active' and message is not null
          order by workload_id for update) held
        where p.cluster_id = $1 and p.workload_id = held.workload_id`,
      [clusterId],
    );
  }

  /** Nothing of it is there any more. One that failed to arrive is kept for what it says. */
  async leave(tx: Tx, workloadId: string, clusterId: string): Promise<void> {
    const same = `workload_id = $1 and cluster_id = $2 and state = 'draining'`;
    const where = [workloadId, clusterId];
    await tx.query(`update placement set state = 'failed' where ${same} and has_failed`, where);
    await tx.query(`delete from placement where ${same} and not has_failed`, where);
  }

  /** The caller holds the environment's row. */
  async claimSpace(tx: Tx, environmentId: string, clusterId: string): Promise<SpaceState> {
    const rows = await tx.query(
      `insert into space (environment_id, cluster_id) values ($1, $2)
       on conflict (environment_id, cluster_id) do update set held_by = space.held_by where not space.is_ending returning 1`,
      [environmentId, clusterId],
    );
    return rows.length === 1 ? 'there' : 'ending';
  }
}
