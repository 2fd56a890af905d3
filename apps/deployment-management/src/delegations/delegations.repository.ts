import type { ConditionStatement } from '../workloads/conditions.js';
import type { PageQuery } from '@berth/contracts/common';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterPointer } from '../clusters/cluster.js';
import type { DelegationRow } from './delegation.js';

const select = `select d.id, d.organization_id as "organizationId", d.project_id as "projectId", d.cluster_id as "clusterId",
    c.name as cluster, d.namespace, d.subject_id as "subjectId", d.session_id as "sessionId", d.revoked_at as "revokedAt", d.ends_at as "endsAt", d.scopes, d.conditions,
    d.created_at as "createdAt"
  from delegation d join cluster c on c.id = d.cluster_id`;
/** The others say nothing any more. */
const inForce = `c.removed_at is null and exists (select from project p where p.id = d.project_id and p.deleted_at is null)`;

/** A cluster in which namespaces speak for somebody. */
export interface SpeakingCluster extends ClusterPointer {
  readonly namespaces: readonly string[];
  /** Another one whenever other namespaces do. */
  readonly version: string;
}

type SpokenPlace = Pick<DelegationRow, 'clusterId' | 'namespace'>;

@Injectable()
export class DelegationsRepository {
  /** Answers false when the namespace speaks in that project already. */
  async insert(tx: Tx, row: DelegationRow): Promise<boolean> {
    const { id, organizationId, projectId, clusterId, namespace, subjectId, sessionId, scopes, endsAt, createdAt } =
      row;
    const rows = await tx.query(
      `insert into delegation (id, organization_id, project_id, cluster_id, namespace, subject_id, session_id, scopes, ends_at, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id`,
      [id, organizationId, projectId, clusterId, namespace, subjectId, sessionId, scopes, endsAt, createdAt],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, projectId: string, id: string): Promise<DelegationRow | undefined> {
    const [row] = await sql.query<DelegationRow>(`${select} where d.project_id = $1 and d.id = $2`, [projectId, id]);
    return row;
  }

  list(sql: ConfinedSql, projectId: string, { cursor, limit }: PageQuery): Promise<DelegationRow[]> {
    return sql.query<DelegationRow>(
      `${select} where d.project_id = $1 and ($2::uuid is null or d.id > $2) order by d.id limit $3`,
      [projectId, decodeCursor(cursor, 'id'), limit + 1],
    );
  }

  /** Those in force, of whatever organization. */
  ofNamespace(sql: Sql, clusterId: string, namespace: string): Promise<DelegationRow[]> {
    const where = `where d.cluster_id = $1 and d.namespace = $2 and ${inForce} order by d.id`;
    return sql.query<DelegationRow>(`${select} ${where}`, [clusterId, namespace]);
  }

  speakingClusters(sql: Sql): Promise<SpeakingCluster[]> {
    return sql.query<SpeakingCluster>(
      // eslint-disable-next-line berth/tenant-query -- clusters are told which namespaces speak, whosever they are
      `select c.id, c.runtime_version as "runtimeVersion", array_agg(distinct d.namespace) as namespaces,
          c.runtime_version || '/' || md5(string_agg(d.id::text, ',' order by d.id)) as version
        from delegation d join cluster c on c.id = d.cluster_id where ${inForce} group by c.id order by c.id`,
    );
  }

  /** Writes nothing when it says so already. */
  async report(sql: Sql, clusterId: string, { type, status, reason, message }: ConditionStatement, at: Date) {
    await sql.query(
      `update delegation set conditions = $2
        where cluster_id = $1
          and (conditions->0->>'status', conditions->0->>'reason', conditions->0->>'message') is distinct from ($3, $4, $5)`,
      [
        ...[clusterId, JSON.stringify([{ type, status, reason, message, since: at.toISOString() }])],
        ...[status, reason, message],
      ],
    );
  }

  /** Answers where those that were made with the token spoke. */
  revoke(tx: Tx, sessionId: string, at: string): Promise<SpokenPlace[]> {
    const sql = `update delegation set revoked_at = $2 where session_id = $1 and revoked_at is null
      returning cluster_id as "clusterId", namespace`;
    return tx.query<SpokenPlace>(sql, [sessionId, at]);
  }

  /** One that says nothing any more is in nobody's way. */
  async deleteOver(tx: Tx, { projectId, clusterId, namespace }: DelegationRow, now: Date): Promise<void> {
    await tx.query(
      `delete from delegation where project_id = $1 and cluster_id = $2 and namespace = $3
          and (revoked_at is not null or ends_at <= $4)`,
      [projectId, clusterId, namespace, now],
    );
  }

  /** Answers false when it was gone already. */
  async delete(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query('delete from delegation where id = $1 returning id', [id])).length === 1;
  }
}
