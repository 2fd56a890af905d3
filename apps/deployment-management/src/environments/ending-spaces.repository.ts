import type { PageQuery } from '@berth/contracts/common';
import type { SpaceDeletion } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterPointer } from '../clusters/cluster.js';
import type { Space } from '../runtime/space-runtime.js';

/** What an environment has, or had, on one cluster. */
export interface EndingSpace extends Space, ClusterPointer {
  readonly heldBy: string | null;
}

export interface EndingEnvironment {
  readonly isDeleted: boolean;
  /** Of its workloads, how many are not gone yet. */
  readonly workloads: number;
  /** On clusters where nothing is to be left of it. */
  readonly spaces: readonly EndingSpace[];
}

/** Nothing of the environment stands on the cluster, is on its way there, or will be placed there. */
const isLeft = `not exists (select from placement p join workload w on w.id = p.workload_id
      where w.environment_id = e.id and p.cluster_id = s.cluster_id and p.state <> 'failed' and w.finished_at is null)
    and (e.deleted_at is not null or e.cluster_id <> s.cluster_id)`;

@Injectable()
export class EndingSpacesRepository {
  /** Undefined when nothing is left of it. */
  async find(sql: Sql, id: string): Promise<EndingEnvironment | undefined> {
    const [row] = await sql.query<Omit<EndingEnvironment, 'spaces'>>(
      `select e.deleted_at is not null as "isDeleted",
              (select count(*)::int from workload w where w.environment_id = e.id and w.finished_at is null) as workloads
         from environment e where e.id = $1 and e.finalized_at is null`,
      [id],
    );
    if (!row) return undefined;
    const spaces = await sql.query<EndingSpace>(
      `select e.id as "environmentId", e.namespace, c.id, c.runtime_version as "runtimeVersion", s.held_by as "heldBy"
         from space s join environment e on e.id = s.environment_id join cluster c on c.id = s.cluster_id
        where e.id = $1 and ${isLeft} order by c.id`,
      [id],
    );
    return { ...row, spaces };
  }

  /** From the commit on nothing is placed there until the space is gone. Answers false when something is after all. */
  async begin(tx: Tx, { environmentId, id }: EndingSpace): Promise<boolean> {
    await tx.query('select from environment where id = $1 for update', [environmentId]);
    const rows = await tx.query(
      `update space s set is_ending = true from environment e
        where e.id = s.environment_id and s.environment_id = $1 and s.cluster_id = $2 and ${isLeft} returning 1`,
      [environmentId, id],
    );
    return rows.length === 1;
  }

  async hold(tx: Tx, { environmentId, id }: EndingSpace, heldBy: string | null): Promise<void> {
    const sql = 'update space set held_by = $3 where environment_id = $1 and cluster_id = $2';
    await tx.query(sql, [environmentId, id, heldBy]);
  }

  async remove(tx: Tx, { environmentId, id }: EndingSpace): Promise<void> {
    await tx.query('delete from space where environment_id = $1 and cluster_id = $2', [environmentId, id]);
  }

  /** Once nothing is left of it anywhere. */
  async finalize(tx: Tx, id: string, at: Date): Promise<void> {
    const isEmpty = 'not exists (select from space where environment_id = $1)';
    await tx.query(`update environment set finalized_at = $2 where id = $1 and deleted_at is not null and ${isEmpty}`, [
      id,
      at,
    ]);
  }

  async list(sql: ConfinedSql, clusterId: string, query: PageQuery): Promise<SpaceDeletion[]> {
    const rows = await sql.query<Omit<SpaceDeletion, 'deletedAt'> & { deletedAt: Date | null }>(
      `select e.id as "environmentId", e.organization_id as "organizationId", e.namespace, e.deleted_at as "deletedAt",
              s.held_by as "heldBy"
         from space s join environment e on e.id = s.environment_id
        where s.cluster_id = $1 and (e.deleted_at is not null or s.is_ending) and ($2::uuid is null or e.id > $2)
        order by e.id limit $3`,
      [clusterId, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
    return rows.map((row) => ({ ...row, deletedAt: row.deletedAt?.toISOString() ?? null }));
  }
}
