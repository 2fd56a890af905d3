import type { Failure } from '@berth/contracts/common';
import type { DeploymentQuery, DeploymentStatus, TimelineEntry } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Canary } from '../canaries/canary.js';
import type { Reservation } from '../quotas/reservation.js';
import type { BuildResult, DeploymentRow, Seen } from './deployment.js';

const select = `select d.id, d.workload_id as "workloadId", d.organization_id as "organizationId", d.number, d.status, d.source,
    d.build_id as "buildId", d.build_result as "buildResult", d.image_digest as "imageDigest",
    d.asked_since as "askedSince", d.ask_again_at as "askAgainAt", d.release_id as "releaseId", r.number as release, d.failure,
    d.outcome, d.notes, d.base, d.canary, d.seen, d.created_by as "createdBy", d.created_at as "createdAt", d.ended_at as "endedAt"
  from deployment d left join release r on r.id = d.release_id`;

export interface Move {
  readonly to: DeploymentStatus;
  readonly at: Date;
  readonly ended: boolean;
  readonly failure?: Failure;
  readonly outcome?: string;
  readonly releaseId?: string;
}

@Injectable()
export class DeploymentsRepository {
  async insert(tx: Tx, deployment: DeploymentRow): Promise<void> {
    const { id, workloadId, organizationId, number, status, source, buildId, notes, base, createdBy, createdAt } =
      deployment;
    await tx.queryPrepared(
      `insert into deployment (id, workload_id, organization_id, number, status, source, build_id, notes, created_by, created_at,
         base) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        ...[id, workloadId, organizationId, number, status, source, buildId, JSON.stringify(notes), createdBy],
        ...[createdAt, base],
      ],
    );
  }

  async find(sql: Sql, id: string): Promise<DeploymentRow | undefined> {
    const row = await sql.queryOne<DeploymentRow>(`${select} where d.id = $1`, [id]);
    return row;
  }

  async findByBuild(sql: Sql, buildId: string): Promise<DeploymentRow | undefined> {
    const [row] = await sql.query<DeploymentRow>(`${select} where d.build_id = $1`, [buildId]);
    return row;
  }

  /** Those that have not ended, oldest first. */
  async active(sql: Sql, workloadId: string): Promise<DeploymentRow[]> {
    return sql.queryPrepared<DeploymentRow>(
      `${select} where d.workload_id = $1 and d.ended_at is null order by d.number`,
      [workloadId],
    );
  }

  async live(sql: Sql, workloadId: string): Promise<DeploymentRow | undefined> {
    const [row] = await sql.queryPrepared<DeploymentRow>(`${select} where d.workload_id = $1 and d.status = 'live'`, [
      workloadId,
    ]);
    return row;
  }

  /** Newest first. */
  async list(sql: ConfinedSql, query: DeploymentQuery): Promise<DeploymentRow[]> {
    return sql.query<DeploymentRow>(
      `${select} where d.workload_id = $1 and ($2::int is null or d.number < $2::int) order by d.number desc limit $3`,
      [query.workload, decodeCursor(query.cursor, 'number'), query.limit + 1],
    );
  }

  /** Answers false when it is no longer in `from`: somebody else moved it. What was seen in that phase says nothing of the next. */
  async move(tx: Tx, id: string, from: DeploymentStatus, move: Move): Promise<boolean> {
    const rows = await tx.queryPrepared(
      `update deployment set status = $3, failure = coalesce($4, failure), outcome = coalesce($5, outcome),
         release_id = coalesce($6, release_id), seen = null, ended_at = case when $7 then $8::timestamptz end
        where id = $1 and status = $2 returning id`,
      [id, from, move.to, move.failure ?? null, move.outcome ?? null, move.releaseId ?? null, move.ended, move.at],
    );
    return rows.length === 1;
  }

  async setSeen(tx: Tx, id: string, seen: Seen): Promise<void> {
    await tx.queryPrepared('update deployment set seen = $2 where id = $1 and ended_at is null', [id, seen]);
  }

  /** All but what is held for it, once that is stored: whoever scales states it anew, and may have done so meanwhile. */
  async setCanary(tx: Tx, id: string, canary: Canary): Promise<void> {
    await tx.query(
      `update deployment set canary = $2::jsonb || case when canary is null then '{}' else jsonb_build_object('extra', canary->'extra') end
        where id = $1 and ended_at is null`,
      [id, canary],
    );
  }

  async setCanaryExtra(tx: Tx, id: string, extra: Reservation): Promise<void> {
    await tx.query(
      `update deployment set canary = jsonb_set(canary, '{extra}', $2) where id = $1 and canary is not null`,
      [id, extra],
    );
  }

  async setBuildResult(tx: Tx, id: string, result: BuildResult): Promise<void> {
    await tx.query('update deployment set build_result = $2 where id = $1', [id, JSON.stringify(result)]);
  }

  async setImageDigest(tx: Tx, id: string, digest: string): Promise<void> {
    await tx.query('update deployment set image_digest = $2 where id = $1', [id, digest]);
  }

  async setAsked(tx: Tx, id: string, since: Date, againAt: Date): Promise<void> {
    await tx.query('update deployment set asked_since = $2, ask_again_at = $3 where id = $1', [id, since, againAt]);
  }

  /** It runs what was stopped: if it does not go live, that is stopped again. */
  async markWoke(tx: Tx, id: string): Promise<void> {
    await tx.query('update deployment set woke_workload = true where id = $1', [id]);
  }

  async wokeWorkload(sql: Sql, id: string): Promise<boolean> {
    return (await sql.queryPrepared('select 1 from deployment where id = $1 and woke_workload', [id])).length === 1;
  }

  async addTransition(tx: Tx, id: string, entry: Omit<TimelineEntry, 'sequence'>): Promise<void> {
    await tx.queryPrepared(
      `insert into deployment_transition (deployment_id, sequence, at, from_status, to_status, actor, message)
       select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6 from deployment_transition where deployment_id = $1`,
      [id, entry.at, entry.from, entry.to, entry.actor, entry.message],
    );
  }

  /** Timelines of several deployments at once, each oldest first. */
  async timelines(sql: Sql, ids: readonly string[]): Promise<Map<string, TimelineEntry[]>> {
    const rows = await sql.queryPrepared<Omit<TimelineEntry, 'at'> & { deploymentId: string; at: Date }>(
      `select deployment_id as "deploymentId", sequence, at, from_status as "from", to_status as "to", actor, message
         from deployment_transition where deployment_id = any ($1) order by deployment_id, sequence`,
      [ids],
    );
    const timelines = new Map<string, TimelineEntry[]>(ids.map((id) => [id, []]));
    for (const { deploymentId, at, ...entry } of rows)
      timelines.get(deploymentId)?.push({ ...entry, at: at.toISOString() });
    return timelines;
  }
}
