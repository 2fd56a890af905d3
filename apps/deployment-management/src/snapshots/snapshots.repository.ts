import type { PageQuery } from '@berth/contracts/common';
import type { SnapshotWorkload } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { nextScopeVersions } from '../scopes/scope-versions.js';
import type { DeploymentEnd, RollbackRow, SnapshotRow } from './snapshot.js';

const rollbackColumns = `id, environment_id as "environmentId", snapshot_id as "snapshotId", items,
    created_by as "createdBy", created_at as "createdAt"`;
const snapshotColumns = `id, environment_id as "environmentId", organization_id as "organizationId", note, workloads,
    created_by as "createdBy", created_at as "createdAt"`;

@Injectable()
export class SnapshotsRepository {
  /** Of all workloads at one moment: one statement sees one state. */
  workloadsOf(sql: Sql, environmentId: string): Promise<SnapshotWorkload[]> {
    return sql.query<SnapshotWorkload>(
      `select w.id as "workloadId", w.app_id as "appId", a.slug as app, r.number as release, r.hash,
              r.config_version as "configVersion", w.counts, w.host
         from workload w join app a on a.id = w.app_id left join release r on r.id = w.current_release_id
        where w.environment_id = $1 and w.deleted_at is null order by w.id`,
      [environmentId],
    );
  }

  async insert(tx: Tx, snapshot: SnapshotRow): Promise<void> {
    const { id, environmentId, organizationId, note, workloads, createdBy, createdAt } = snapshot;
    await tx.query(
      `insert into environment_snapshot (id, environment_id, organization_id, note, workloads, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, environmentId, organizationId, note, JSON.stringify(workloads), createdBy, createdAt],
    );
  }

  async find(sql: Sql, id: string): Promise<SnapshotRow | undefined> {
    const row = await sql.queryOne<SnapshotRow>(`select ${snapshotColumns} from environment_snapshot where id = $1`, [
      id,
    ]);
    return row;
  }

  /** Answers false when it was gone already. */
  async delete(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query('delete from environment_snapshot where id = $1 returning id', [id])).length === 1;
  }

  /** The newest first. */
  list(sql: ConfinedSql, environmentId: string, query: PageQuery): Promise<SnapshotRow[]> {
    return sql.query<SnapshotRow>(
      `select ${snapshotColumns} from environment_snapshot
        where environment_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [environmentId, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  /** Of those, the ones that run a release of that hash, with nothing changed since and nothing under way. */
  async unchangedAmong(sql: Sql, workloads: readonly SnapshotWorkload[]): Promise<ReadonlySet<string>> {
    const rows = await sql.query<{ id: string }>(
      `select w.id from workload w join release r on r.id = w.current_release_id
         join unnest($1::uuid[], $2::text[]) as past (id, hash) on past.id = w.id and past.hash = r.hash
        where w.config_version = r.config_version and ${nextScopeVersions} = r.scope_versions and w.process_settings = r.process_settings
          and not exists (select from deployment d where d.workload_id = w.id and d.ended_at is null)`,
      [workloads.map(({ workloadId }) => workloadId), workloads.map(({ hash }) => hash)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async insertRollback(tx: Tx, rollback: RollbackRow): Promise<void> {
    const { id, environmentId, snapshotId, items, createdBy, createdAt } = rollback;
    await tx.query(
      `insert into environment_rollback (id, environment_id, snapshot_id, items, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, environmentId, snapshotId, JSON.stringify(items), createdBy, createdAt],
    );
  }

  async findRollback(sql: Sql, id: string): Promise<RollbackRow | undefined> {
    const row = await sql.queryOne<RollbackRow>(`select ${rollbackColumns} from environment_rollback where id = $1`, [
      id,
    ]);
    return row;
  }

  /** The newest first. */
  listRollbacks(sql: Sql, environmentId: string, query: PageQuery): Promise<RollbackRow[]> {
    return sql.query<RollbackRow>(
      `select ${rollbackColumns} from environment_rollback
        where environment_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [environmentId, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  async endsOf(sql: Sql, deploymentIds: readonly string[]): Promise<ReadonlyMap<string, DeploymentEnd>> {
    const rows = await sql.query<DeploymentEnd & { id: string }>(
      `select id, status, failure->>'message' as message from deployment where id = any($1)`,
      [deploymentIds],
    );
    return new Map(rows.map(({ id, status, message }) => [id, { status, message }]));
  }
}
