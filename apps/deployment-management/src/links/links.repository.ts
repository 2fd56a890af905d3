import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Linked } from './link.js';

const standing = `('active', 'arriving')`;
/** Where a workload goes or, when it goes nowhere, where it is. */
const destinations = `select p.workload_id, p.cluster_id from placement p where p.is_first and p.state =
  (select max(o.state) from placement o where o.workload_id = p.workload_id and o.state in ${standing} and o.is_first)`;

/** Configs that count: what the next release starts from, and what releases run with. */
const countingConfigs = `select w.config_version as number
  union select r.config_version from release r where r.id = w.current_release_id
  union select r.config_version from deployment d join release r on r.id = d.release_id
    where d.workload_id = w.id and d.ended_at is null`;

@Injectable()
export class LinksRepository {
  /** Workloads of these apps in an environment. */
  inEnvironment(sql: Sql, environmentId: string, apps: readonly string[]): Promise<Linked[]> {
    return sql.query<Linked>(
      `select a.slug as app, w.id as "workloadId" from workload w join app a on a.id = w.app_id
        where w.environment_id = $1 and a.slug = any ($2) and w.deleted_at is null`,
      [environmentId, apps],
    );
  }

  /** Hosts by workload, those of deleted ones included: what a release was told to reach does not change while it runs. */
  async hostsOf(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await sql.query<{ id: string; host: string }>('select id, host from workload where id = any ($1)', [
      ids,
    ]);
    return new Map(rows.map(({ id, host }) => [id, host]));
  }

  /** Those that are not deleted, and will be on a cluster that `workloadId` will be on. */
  async reachableAmong(sql: Sql, workloadId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await sql.query<{ id: string }>(
      `select w.id from workload w where w.id = any ($2) and w.deleted_at is null and exists (
          select from (${destinations}) other join (${destinations}) own using (cluster_id)
           where other.workload_id = w.id and own.workload_id = $1)`,
      [workloadId, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Others that reach a workload, or will. They are in its environment. */
  usersOf(sql: Sql, workload: { readonly id: string; readonly environmentId: string }): Promise<Linked[]> {
    return sql.query<Linked>(
      `select a.slug as app, w.id as "workloadId" from workload w join app a on a.id = w.app_id
        where w.environment_id = $1 and w.deleted_at is null and exists (
          select from config_version c where c.workload_id = w.id and c.number in (${countingConfigs})
             and jsonb_path_exists(c.entries, '$.*.linkTo ? (@ == $id)', jsonb_build_object('id', $2::text)))
        order by a.slug`,
      [workload.environmentId, workload.id],
    );
  }

  /** Clusters that a workload stands on or is on its way to, as one text. */
  async placesOf(sql: Sql, workloadId: string): Promise<string> {
    const [row] = await sql.query<{ places: string | null }>(
      `select string_agg(cluster_id::text, ' ' order by cluster_id) as places from placement
        where workload_id = $1 and state in ${standing}`,
      [workloadId],
    );
    return row?.places ?? '';
  }

  /** Whether any workload of the environment reaches that one, or is reached by it. */
  async isLinked(sql: Sql, workload: { readonly id: string; readonly environmentId: string }): Promise<boolean> {
    if ((await this.usersOf(sql, workload)).length > 0) return true;
    const rows = await sql.query(
      `select 1 from workload w join config_version c on c.workload_id = w.id and c.number in (${countingConfigs})
        where w.id = $1 and jsonb_path_exists(c.entries, '$.*.linkTo')`,
      [workload.id],
    );
    return rows.length > 0;
  }
}
