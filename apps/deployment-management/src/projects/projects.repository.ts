import type { Places } from '@berth/access';
import type { Project, ProjectQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

interface ProjectRow extends Omit<Project, 'createdAt'> {
  readonly createdAt: Date;
}

const columns = `id, organization_id as "organizationId", slug, created_at as "createdAt"`;
const toProject = (row: ProjectRow): Project => ({ ...row, createdAt: row.createdAt.toISOString() });

@Injectable()
export class ProjectsRepository {
  /** Answers false when the slug is taken. */
  async insert(tx: Tx, project: Project): Promise<boolean> {
    const rows = await tx.query(
      `insert into project (id, organization_id, slug, created_at) values ($1, $2, $3, $4)
       on conflict (organization_id, slug) where deleted_at is null do nothing returning id`,
      [project.id, project.organizationId, project.slug, project.createdAt],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, id: string): Promise<Project | undefined> {
    const row = await sql.queryOne<ProjectRow>(`select ${columns} from project where id = $1 and deleted_at is null`, [
      id,
    ]);
    return row && toProject(row);
  }

  /**
   * One more than asked for, so that the caller knows whether there is a next page.
   * @param within those that may be shown, themselves or for an environment that they hold; null: all
   */
  async list(sql: ConfinedSql, query: ProjectQuery, within: Places | null): Promise<Project[]> {
    const rows = await sql.query<ProjectRow>(
      `select ${columns} from project
        where organization_id = $1 and deleted_at is null and ($2::text is null or slug = $2) and ($3::uuid is null or id > $3)
          and ($5::uuid[] is null or id = any($5)
            or id in (select project_id from environment where id = any($6) and deleted_at is null))
        order by id limit $4`,
      [
        ...[query.organization, query.slug ?? null, decodeCursor(query.cursor, 'id'), query.limit + 1],
        ...[within?.projects ?? null, within?.environments ?? null],
      ],
    );
    return rows.map(toProject);
  }

  /** Which of these environments lie in it. */
  async among(sql: Sql, id: string, environments: readonly string[]): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      'select id from environment where project_id = $1 and id = any($2) and deleted_at is null',
      [id, environments],
    );
    return rows.map((row) => row.id);
  }

  /** Answers false when it was deleted; until the commit nobody else deletes it. */
  async hold(tx: Tx, id: string): Promise<boolean> {
    const rows = await tx.query('select 1 from project where id = $1 and deleted_at is null for key share', [id]);
    return rows.length === 1;
  }

  /** Answers false while environments or apps are left in it. */
  async remove(tx: Tx, id: string, at: Date): Promise<boolean> {
    await tx.query('select 1 from project where id = $1 for update', [id]);
    const rows = await tx.query(
      `update project set deleted_at = $2 where id = $1
          and not exists (select 1 from environment where project_id = $1 and deleted_at is null)
          and not exists (select 1 from app where project_id = $1 and deleted_at is null)
        returning id`,
      [id, at],
    );
    return rows.length === 1;
  }
}
