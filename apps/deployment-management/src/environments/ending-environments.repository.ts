import type { PageQuery } from '@berth/contracts/common';
import type { SpaceDeletion } from '@berth/contracts/deployment';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Space } from '../runtime/space-runtime.js';

export interface EndingEnvironment extends Space {
  readonly clusterId: string;
  readonly runtimeVersion: number;
  readonly deletedAt: Date;
  readonly heldBy: string | null;
  /** Of its workloads, how many are not gone yet. */
  readonly workloads: number;
}

@Injectable()
export class EndingEnvironmentsRepository {
  /** Undefined when it is not deleted, or nothing is left of it. */
  async find(sql: Sql, id: string): Promise<EndingEnvironment | undefined> {
    const [row] = await sql.query<EndingEnvironment>(
      `select e.id as "environmentId", e.namespace, c.id as "clusterId", c.runtime_version as "runtimeVersion",
              e.deleted_at as "deletedAt", e.held_by as "heldBy",
              (select count(*)::int from workload w where w.environment_id = e.id and w.finished_at is null) as workloads
         from environment e join cluster c on c.id = e.cluster_id
        where e.id = $1 and e.deleted_at is not null and e.finalized_at is null`,
      [id],
    );
    return row;
  }

  async hold(tx: Tx, id: string, heldBy: string | null): Promise<void> {
    await tx.query('update environment set held_by = $2 where id = $1', [id, heldBy]);
  }

  async finalize(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query('update environment set finalized_at = $2, held_by = null where id = $1', [id, at]);
  }

  async list(sql: Sql, clusterId: string, query: PageQuery): Promise<SpaceDeletion[]> {
    const rows = await sql.query<Omit<SpaceDeletion, 'deletedAt'> & { deletedAt: Date }>(
      `select id as "environmentId", organization_id as "organizationId", namespace, deleted_at as "deletedAt",
              held_by as "heldBy"
         from environment
        where cluster_id = $1 and deleted_at is not null and finalized_at is null and ($2::uuid is null or id > $2)
        order by id limit $3`,
      [clusterId, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
    return rows.map((row) => ({ ...row, deletedAt: row.deletedAt.toISOString() }));
  }
}
