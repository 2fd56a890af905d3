import type { App, AppQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

interface AppRow extends Omit<App, 'createdAt'> {
  readonly createdAt: Date;
}

const columns = `id, project_id as "projectId", organization_id as "organizationId", slug, source, build, generation,
  created_at as "createdAt"`;
const toApp = (row: AppRow): App => ({ ...row, createdAt: row.createdAt.toISOString() });

@Injectable()
export class AppsRepository {
  /** Answers false when the slug is taken. */
  async insert(tx: Tx, app: App): Promise<boolean> {
    const { id, projectId, organizationId, slug, source, build, createdAt } = app;
    const rows = await tx.query(
      `insert into app (id, project_id, organization_id, slug, source, build, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (project_id, slug) where deleted_at is null do nothing returning id`,
      [id, projectId, organizationId, slug, source, build, createdAt],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, id: string): Promise<App | undefined> {
    const row = await sql.queryOne<AppRow>(`select ${columns} from app where id = $1 and deleted_at is null`, [id]);
    return row && toApp(row);
  }

  /** @param within only those that have a workload in one of these environments; null: all */
  async list(sql: ConfinedSql, query: AppQuery, within: readonly string[] | null): Promise<App[]> {
    const rows = await sql.query<AppRow>(
      `select ${columns} from app
        where project_id = $1 and deleted_at is null and ($2::text is null or slug = $2) and ($3::uuid is null or id > $3)
          and ($5::uuid[] is null
            or id in (select app_id from workload where environment_id = any($5) and deleted_at is null))
        order by id limit $4`,
      [query.project, query.slug ?? null, decodeCursor(query.cursor, 'id'), query.limit + 1, within],
    );
    return rows.map(toApp);
  }

  /** Which of these environments have a workload of it. */
  async among(sql: Sql, id: string, environments: readonly string[]): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      'select environment_id as id from workload where app_id = $1 and environment_id = any($2) and deleted_at is null',
      [id, environments],
    );
    return rows.map((row) => row.id);
  }

  /** Answers false when somebody changed it since `app` was read. */
  async update(tx: Tx, app: App): Promise<boolean> {
    const rows = await tx.query(
      `update app set source = $2, build = $3, generation = generation + 1
        where id = $1 and generation = $4 and deleted_at is null returning id`,
      [app.id, app.source, app.build, app.generation],
    );
    return rows.length === 1;
  }

  /** Answers false when it was deleted; until the commit nobody else deletes it. */
  async hold(tx: Tx, id: string): Promise<boolean> {
    const rows = await tx.query('select 1 from app where id = $1 and deleted_at is null for key share', [id]);
    return rows.length === 1;
  }

  /** Answers false while workloads of it are left. */
  async remove(tx: Tx, id: string, at: Date): Promise<boolean> {
    await tx.query('select 1 from app where id = $1 for update', [id]);
    const rows = await tx.query(
      `update app set deleted_at = $2 where id = $1
          and not exists (select 1 from workload where app_id = $1 and deleted_at is null)
        returning id`,
      [id, at],
    );
    return rows.length === 1;
  }
}
