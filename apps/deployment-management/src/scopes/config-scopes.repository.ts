import { type ConfigScope, configScopes, type ScopeVersions } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ConfigEntries } from '../config/config-version.js';
import { nextOf } from './scope-versions.js';

/** An organization, project or environment whose config somebody reads or changes. */
export interface Scope {
  readonly kind: ConfigScope;
  readonly id: string;
  readonly organizationId: string;
}

export type ScopeLayers = Partial<Record<ConfigScope, ConfigEntries>>;

const pins = (ids: string): string =>
  `exists (select from jsonb_path_query(c.entries, '$.*.secretVersionId') v where v #>> '{}' = any (${ids}::text[]))`;
const isBehindWider = (kind: ConfigScope): string =>
  configScopes
    .slice(0, configScopes.indexOf(kind))
    .map((wider) => `(r.scope_versions->>'${wider}')::int <> ${nextOf(wider)}`)
    .join(' or ') || 'false';
const moving = `('preparing', 'rolling', 'shifting', 'verifying')`;

@Injectable()
export class ConfigScopesRepository {
  /** Of the newest config version; 0: it never had one. */
  async version(sql: Sql, id: string): Promise<number> {
    const row = await sql.queryOne<{ version: number }>('select version from config_scope where id = $1', [id]);
    return row?.version ?? 0;
  }

  /** Until the commit nobody else changes its config. Answers its version. */
  async lock(tx: Tx, { kind, id, organizationId }: Scope): Promise<number> {
    await tx.query(
      'insert into config_scope (id, kind, organization_id) values ($1, $2, $3) on conflict (id) do nothing',
      [id, kind, organizationId],
    );
    const [row] = await tx.query<{ version: number }>('select version from config_scope where id = $1 for update', [
      id,
    ]);
    return row?.version ?? 0;
  }

  async setVersion(tx: Tx, id: string, version: number): Promise<void> {
    await tx.query('update config_scope set version = $2 where id = $1', [id, version]);
  }

  /** What the scopes above a workload hold at those versions. */
  async layers(sql: Sql, workloadId: string, versions: ScopeVersions): Promise<ScopeLayers> {
    if (Object.values(versions).every((version) => version === 0)) return {};
    const rows = await sql.query<{ kind: ConfigScope; entries: ConfigEntries }>(
      `select s.kind, c.entries from workload w
         join config_scope s on s.id in (w.organization_id, w.project_id, w.environment_id)
         join config_version c on c.workload_id = s.id and c.number = ($2::jsonb->>s.kind)::int
        where w.id = $1`,
      [workloadId, versions],
    );
    return Object.fromEntries(rows.map(({ kind, entries }) => [kind, entries]));
  }

  /**
   * Below it, those whose current release is of another version of it, or of a wider scope that no rollback holds back: so
   * what is too much for one request can be applied part by part. In the order in which they are locked.
   */
  async outOfDate(sql: Sql, { kind, id }: Scope): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      `select w.id from workload w join release r on r.id = w.current_release_id
        where w.${kind}_id = $1 and w.deleted_at is null
          and ((r.scope_versions->>$2)::int <> coalesce((select version from config_scope where id = $1), 0)
               or ${isBehindWider(kind)})
        order by w.id`,
      [id, kind],
    );
    return rows.map((row) => row.id);
  }

  /** The deployment of a workload that is bringing those versions to the runtime; null: none is. */
  async bringing(sql: Sql, workloadId: string, versions: ScopeVersions): Promise<string | null> {
    const [row] = await sql.query<{ id: string }>(
      `select d.id from deployment d join release r on r.id = d.release_id
        where d.workload_id = $1 and d.status in ${moving} and r.scope_versions = $2`,
      [workloadId, versions],
    );
    return row?.id ?? null;
  }

  /** Below it, those that run with one of those secret versions of it: by the current release, or by the one that takes its place. */
  async runningWith(sql: Sql, { kind, id }: Scope, secretVersionIds: readonly string[]): Promise<string[]> {
    if (secretVersionIds.length === 0) return [];
    const rows = await sql.query<{ id: string }>(
      `select distinct w.id from workload w
         left join deployment d on d.workload_id = w.id and d.status in ${moving}
         join release r on r.id in (w.current_release_id, d.release_id)
         join config_version c on c.workload_id = $1 and c.number = (r.scope_versions->>$2)::int
        where w.${kind}_id = $1 and w.deleted_at is null
          and ${pins('$3')}
        order by w.id`,
      [id, kind, secretVersionIds],
    );
    return rows.map((row) => row.id);
  }

  /** The next release of a workload gets the newest config of the scope again. */
  async letGo(tx: Tx, workloadIds: readonly string[], kind: ConfigScope): Promise<void> {
    await tx.query('update workload set config_holds = config_holds - $2::text where id = any ($1)', [
      workloadIds,
      kind,
    ]);
  }

  /** Below it, those that a rollback keeps at a version of it that pins one of those secret versions. In the order of locks. */
  async holdingWith(sql: Sql, { kind, id }: Scope, secretVersionIds: readonly string[]): Promise<string[]> {
    if (secretVersionIds.length === 0) return [];
    const rows = await sql.query<{ id: string }>(
      `select w.id from workload w
         join config_version c on c.workload_id = $1 and c.number = (w.config_holds->$2->>'at')::int
        where w.${kind}_id = $1 and w.deleted_at is null and ${pins('$3')} order by w.id`,
      [id, kind, secretVersionIds],
    );
    return rows.map((row) => row.id);
  }
}
