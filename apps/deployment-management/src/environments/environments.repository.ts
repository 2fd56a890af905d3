import type { Environment, EnvironmentQuery } from '@berth/contracts/deployment';
import { WorkQueue } from '@berth/reconcile';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Placements } from '../clusters/placements.js';
import { ENVIRONMENTS } from './environment-queue.js';

interface EnvironmentRow extends Omit<Environment, 'createdAt'> {
  readonly createdAt: Date;
}

const select = `select e.id, e.project_id as "projectId", e.organization_id as "organizationId", e.slug, e.kind, c.name as cluster,
    e.regions, e.namespace, e.created_at as "createdAt"
  from environment e join cluster c on c.id = e.cluster_id`;
const toEnvironment = (row: EnvironmentRow): Environment => ({ ...row, createdAt: row.createdAt.toISOString() });

@Injectable()
export class EnvironmentsRepository {
  constructor(
    private readonly placements: Placements,
    private readonly queue: WorkQueue,
  ) {}

  /** For one that names none. @throws 422 when none fits */
  chooseCluster(sql: Sql, regions: readonly string[]): Promise<string> {
    return this.placements.choose(sql, regions);
  }

  /** Answers false when the slug is taken. @throws 422, 409 when nothing can be placed on its cluster */
  async insert(tx: Tx, environment: Environment): Promise<boolean> {
    const { id, projectId, organizationId, slug, kind, cluster, regions, namespace, createdAt } = environment;
    const { id: clusterId } = await this.placements.hold(tx, { cluster, regions, pointer: '/cluster' });
    const rows = await tx.query(
      `insert into environment (id, project_id, organization_id, slug, kind, namespace, created_at, cluster_id, regions)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (project_id, slug) where deleted_at is null do nothing returning id`,
      [id, projectId, organizationId, slug, kind, namespace, createdAt, clusterId, regions],
    );
    if (rows.length === 0) return false;
    await this.placements.claimSpace(tx, id, clusterId, '/cluster');
    return true;
  }

  /** What is placed from the commit on goes there; what its workloads left behind is taken away in the background. */
  async turnTo(tx: Tx, id: string, clusterId: string): Promise<void> {
    await this.placements.claimSpace(tx, id, clusterId, '/cluster');
    await tx.query('update environment set cluster_id = $2 where id = $1', [id, clusterId]);
    await this.queue.enqueue(tx, ENVIRONMENTS, id);
  }

  /** Until the commit nothing is placed in it. Undefined when it was deleted. */
  async lock(tx: Tx, id: string): Promise<Environment | undefined> {
    await tx.query('select from environment where id = $1 for update', [id]);
    return this.find(tx, id);
  }

  async find(sql: Sql, id: string): Promise<Environment | undefined> {
    const row = await sql.queryOne<EnvironmentRow>(`${select} where e.id = $1 and e.deleted_at is null`, [id]);
    return row && toEnvironment(row);
  }

  /** @param within ids of those that may be shown; null: all */
  async list(sql: ConfinedSql, query: EnvironmentQuery, within: readonly string[] | null): Promise<Environment[]> {
    const rows = await sql.query<EnvironmentRow>(
      `${select}
        where e.project_id = $1 and e.deleted_at is null and ($2::text is null or e.slug = $2)
          and ($3::uuid is null or e.id > $3) and ($5::uuid[] is null or e.id = any($5))
        order by e.id limit $4`,
      [query.project, query.slug ?? null, decodeCursor(query.cursor, 'id'), query.limit + 1, within],
    );
    return rows.map(toEnvironment);
  }

  /** Answers false when it was deleted; until the commit nobody else deletes it. */
  async hold(tx: Tx, id: string): Promise<boolean> {
    const rows = await tx.query('select 1 from environment where id = $1 and deleted_at is null for key share', [id]);
    return rows.length === 1;
  }

  /** Answers false while workloads are left in it. Its space on the cluster is taken away in the background. */
  async remove(tx: Tx, id: string, at: Date): Promise<boolean> {
    await tx.query('select 1 from environment where id = $1 for update', [id]);
    const rows = await tx.query(
      `update environment set deleted_at = $2 where id = $1
          and not exists (select 1 from workload where environment_id = $1 and deleted_at is null)
        returning id`,
      [id, at],
    );
    if (rows.length === 0) return false;
    await this.queue.enqueue(tx, ENVIRONMENTS, id);
    return true;
  }
}
