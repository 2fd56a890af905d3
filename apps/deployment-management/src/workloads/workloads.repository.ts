import type {
  AutoscalingBounds,
  Condition,
  InstanceCounts,
  ReleaseStrategy,
  WorkloadQuery,
} from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type ConfigHolds, newestScopeVersions, nextScopeVersions } from '../scopes/scope-versions.js';
import { outOfReach } from '../clusters/cluster-health.js';
import { domainsOfWorkload } from '../domains/domains.repository.js';
import type { ProtectionRow } from '../protections/protection.js';
import { volumesOfWorkload } from '../volumes/volumes.repository.js';
import type { WorkloadRow } from './workload.js';

/** Nothing runs of an organization that is suspended, or that a spent budget stops; afterwards all is as it was before. */
const isBarred = `(coalesce((select suspended from access_organization o where o.organization_id = w.organization_id), false)
      or exists (select from budget_stop s where s.organization_id = w.organization_id and s.environment_kind = e.kind
                    and coalesce(s.project_id = w.project_id, true)
                    and coalesce(s.environment_id = w.environment_id, true)))`;
/** An environment sleeps outside its waking hours; budgets and suspensions are asked first, and hold when it wakes. */
const isAsleep = `exists (select from environment_sleep z where z.environment_id = w.environment_id and z.is_asleep)`;
const stateOf = `case when ${isBarred} or ${isAsleep} then 'stopped' else w.state end`;

/** Beside the cluster that answers for it, in those states. */
const beside = (
  ...states: string[]
) => `(select coalesce(jsonb_agg(jsonb_build_object('cluster', fc.name, 'counts', f.counts, 'state', f.state) order by fc.id), '[]')
    from placement f join cluster fc on fc.id = f.cluster_id
   where f.workload_id = w.id and not f.is_first and f.state in (${states.map((each) => `'${each}'`).join()}))`;

const select = `select w.id, w.app_id as "appId", w.environment_id as "environmentId", w.project_id as "projectId",
    w.organization_id as "organizationId", a.slug as "appSlug", e.slug as "environmentSlug", e.namespace, c.name as cluster,
    c.removed_at is not null as "isClusterGone", ${outOfReach} as "outOfReach", w.host,
    w.tracked_ref as "trackedRef", ${stateOf} as state, ${isBarred} as "isBarred", ${isAsleep} as "isAsleep", w.state as "wantedState", w.counts, w.autoscaling, w.process_settings as "processSettings", w.deadlines, w.protection,
    w.start_deadline_seconds as "startDeadlineSeconds", w.strategy, w.current_release_id as "currentReleaseId",
    r.number as "currentRelease", w.restart_token as "restartToken", w.config_version as "configVersion", w.generation,
    r.scope_versions as "releasedScopeVersions", ${newestScopeVersions} as "scopeVersions", ${nextScopeVersions} as "nextScopeVersions",
    w.observed_generation as "observedGeneration", w.conditions, w.created_at as "createdAt", w.deleted_at as "deletedAt",
    ${volumesOfWorkload} as volumes, ${domainsOfWorkload} as domains, ${beside('arriving', 'active')} as further, ${beside('draining')} as leaving,
    (select d.id from deployment d where d.workload_id = w.id and d.ended_at is null order by d.number limit 1)
      as "activeDeploymentId"
  from workload w
  join app a on a.id = w.app_id
  join environment e on e.id = w.environment_id
  join placement p on p.workload_id = w.id and p.state = 'active' and p.is_first
  join cluster c on c.id = p.cluster_id
  left join release r on r.id = w.current_release_id`;

export interface NewWorkload {
  readonly id: string;
  readonly appId: string;
  readonly environmentId: string;
  readonly projectId: string;
  readonly organizationId: string;
  readonly host: string;
  readonly restartToken: string;
  readonly createdAt: Date;
}

export interface WorkloadPatch {
  readonly trackedRef?: string | null;
  readonly deadlines?: object;
  readonly startDeadlineSeconds?: number;
  readonly strategy?: ReleaseStrategy;
}

@Injectable()
export class WorkloadsRepository {
  /** `exists`: the app has a workload in the environment. */
  async insert(tx: Tx, workload: NewWorkload): Promise<'inserted' | 'exists' | 'host-taken'> {
    const { id, appId, environmentId, projectId, organizationId, host, restartToken, createdAt } = workload;
    const rows = await tx.query(
      `insert into workload (id, app_id, environment_id, project_id, organization_id, host, restart_token, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
      [id, appId, environmentId, projectId, organizationId, host, restartToken, createdAt],
    );
    if (rows.length === 1) return 'inserted';
    const others = await tx.query(
      'select 1 from workload where app_id = $1 and environment_id = $2 and deleted_at is null',
      [appId, environmentId],
    );
    return others.length === 1 ? 'exists' : 'host-taken';
  }

  /** Also answers a deleted one, which the reconciler still has to finish. */
  async find(sql: Sql, id: string): Promise<WorkloadRow | undefined> {
    const row = await sql.queryOne<WorkloadRow>(`${select} where w.id = $1`, [id]);
    return row;
  }

  /** Everything that changes a workload or its history takes this lock first. */
  async lock(tx: Tx, id: string): Promise<WorkloadRow | undefined> {
    const locked = tx.queryPrepared('select 1 from workload where id = $1 for update', [id]);
    // Sent behind it, and begun by the database when that has the lock.
    const [, row] = await Promise.all([locked, this.find(tx, id)]);
    return row;
  }

  /** @param within only those in these environments; null: all */
  async list(sql: ConfinedSql, query: WorkloadQuery, within: readonly string[] | null): Promise<WorkloadRow[]> {
    return sql.query<WorkloadRow>(
      `${select}
        where w.deleted_at is null and ($1::uuid is null or w.project_id = $1) and ($2::uuid is null or w.app_id = $2)
          and ($3::uuid is null or w.environment_id = $3) and ($4::uuid is null or w.id > $4)
          and ($6::uuid[] is null or w.environment_id = any($6))
        order by w.id limit $5`,
      [
        query.project ?? null,
        query.app ?? null,
        query.environment ?? null,
        decodeCursor(query.cursor, 'id'),
        query.limit + 1,
        within,
      ],
    );
  }

  async patch(tx: Tx, id: string, patch: WorkloadPatch): Promise<void> {
    await tx.query(
      `update workload set tracked_ref = case when $2 then $3 else tracked_ref end, deadlines = deadlines || $4::jsonb,
         start_deadline_seconds = coalesce($5, start_deadline_seconds), strategy = coalesce($6, strategy) where id = $1`,
      [
        id,
        patch.trackedRef !== undefined,
        patch.trackedRef ?? null,
        patch.deadlines ?? {},
        patch.startDeadlineSeconds ?? null,
        patch.strategy ?? null,
      ],
    );
  }

  async setCounts(tx: Tx, id: string, counts: InstanceCounts): Promise<void> {
    await tx.query('update workload set counts = counts || $2::jsonb, generation = generation + 1 where id = $1', [
      id,
      counts,
    ]);
  }

  async setAutoscaling(tx: Tx, id: string, bounds: AutoscalingBounds): Promise<void> {
    await tx.query('update workload set autoscaling = $2, generation = generation + 1 where id = $1', [id, bounds]);
  }

  async setProtection(tx: Tx, id: string, protection: ProtectionRow): Promise<void> {
    await tx.query('update workload set protection = $2, generation = generation + 1 where id = $1', [id, protection]);
  }

  async setProcessSettings(tx: Tx, id: string, settings: object): Promise<void> {
    await tx.query('update workload set process_settings = $2 where id = $1', [id, settings]);
  }

  /** As an owner wants them: what was read before is not what there is. */
  async setSizes(tx: Tx, id: string, settings: object): Promise<void> {
    await this.setProcessSettings(tx, id, settings);
    await this.bump(tx, id);
  }

  async setConfigVersion(tx: Tx, id: string, number: number): Promise<void> {
    await tx.query('update workload set config_version = $2 where id = $1', [id, number]);
  }

  async setConfigHolds(tx: Tx, id: string, holds: ConfigHolds): Promise<void> {
    await tx.query('update workload set config_holds = $2 where id = $1', [id, holds]);
  }

  async setState(tx: Tx, id: string, state: WorkloadRow['state']): Promise<void> {
    await tx.queryPrepared('update workload set state = $2, generation = generation + 1 where id = $1', [id, state]);
  }

  /** Somebody wants it to run whatever becomes of the deployment that woke it. */
  async keepAwake(tx: Tx, id: string): Promise<void> {
    await tx.query(
      'update deployment set woke_workload = false where workload_id = $1 and ended_at is null and woke_workload',
      [id],
    );
  }

  async restart(tx: Tx, id: string, token: string): Promise<void> {
    await tx.query('update workload set restart_token = $2, generation = generation + 1 where id = $1', [id, token]);
  }

  /** What the runtime should run has changed. */
  async bump(tx: Tx, id: string): Promise<void> {
    await tx.queryPrepared('update workload set generation = generation + 1 where id = $1', [id]);
  }

  /** Something of it was changed that lies beside its generation. */
  async countPartChange(tx: Tx, id: string): Promise<void> {
    await tx.query('update workload set part_changes = part_changes + 1 where id = $1', [id]);
  }

  async setCurrentRelease(tx: Tx, id: string, releaseId: string): Promise<void> {
    await tx.queryPrepared('update workload set current_release_id = $2 where id = $1', [id, releaseId]);
  }

  async markDeleted(tx: Tx, id: string): Promise<void> {
    await tx.query('update workload set deleted_at = now(), generation = generation + 1 where id = $1', [id]);
  }

  /** Answers false when its end was told before. */
  async markFinished(tx: Tx, id: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      'update workload set finished_at = $2 where id = $1 and finished_at is null returning id',
      [id, at],
    );
    return rows.length === 1;
  }

  /** Written only when something in it changed, so that an idle pass costs no write. */
  async report(tx: Tx, id: string, observedGeneration: number, conditions: readonly Condition[]): Promise<void> {
    await tx.queryPrepared('update workload set observed_generation = $2, conditions = $3 where id = $1', [
      id,
      observedGeneration,
      JSON.stringify(conditions),
    ]);
  }

  /** The next number of a workload's deployments, releases or config versions. The caller holds the row lock. */
  async nextNumber(tx: Tx, id: string, of: 'deployments' | 'releases' | 'config_versions'): Promise<number> {
    const column = `${of}_made`;
    const [row] = await tx.queryPrepared<{ number: number }>(
      `update workload set ${column} = ${column} + 1 where id = $1 returning ${column} as number`,
      [id],
    );
    if (!row) throw new Error(`Workload ${id} is gone.`);
    return row.number;
  }

  /** In an environment, in the order in which they are locked. */
  async idsIn(sql: Sql, environmentId: string): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      'select id from workload where environment_id = $1 and deleted_at is null order by id',
      [environmentId],
    );
    return rows.map((row) => row.id);
  }

  /** Of those placed on a cluster. */
  async idsAfter(sql: ConfinedSql, clusterId: string, after: string | null, limit: number): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      `select w.id from placement p join workload w on w.id = p.workload_id
        where p.cluster_id = $1 and w.deleted_at is null and ($2::uuid is null or w.id > $2) order by w.id limit $3`,
      [clusterId, after, limit],
    );
    return rows.map((row) => row.id);
  }
}
