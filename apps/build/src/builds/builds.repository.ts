import type { BuildStatus } from '@berth/contracts/build';
import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { beforeOf, type Build } from './build.js';

type NewBuild = Pick<
  Build,
  | 'id'
  | 'organizationId'
  | 'projectId'
  | 'environmentId'
  | 'appId'
  | 'workloadId'
  | 'deploymentId'
  | 'source'
  | 'settings'
  | 'deadlineSeconds'
>;

/** What a change of status writes beside it. */
export type BuildChange = Partial<
  Pick<Build, 'commit' | 'commitSubject' | 'language' | 'processes' | 'artifact' | 'reused' | 'failure'>
>;

const columns = `id, organization_id as "organizationId", project_id as "projectId", environment_id as "environmentId",
  app_id as "appId", workload_id as "workloadId", deployment_id as "deploymentId", source, settings,
  deadline_seconds as "deadlineSeconds", status, commit, commit_subject as "commitSubject", language, processes, artifact,
  reused, failure, created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt",
  cpu_milliseconds::float8 as "cpuMilliseconds"`;

@Injectable()
export class BuildsRepository {
  /** False when the build is there already. */
  async insert(tx: Tx, build: NewBuild, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `insert into build (id, organization_id, project_id, environment_id, app_id, workload_id, deployment_id, source,
                          settings, deadline_seconds, status, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11) on conflict (id) do nothing returning id`,
      [
        build.id,
        build.organizationId,
        build.projectId,
        build.environmentId,
        build.appId,
        build.workloadId,
        build.deploymentId,
        JSON.stringify(build.source),
        JSON.stringify(build.settings),
        build.deadlineSeconds,
        at,
      ],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, id: string): Promise<Build | null> {
    const row = await sql.queryOne<Build>(`select ${columns} from build where id = $1`, [id]);
    return row ?? null;
  }

  /** Newest first: ids are made in the order of time. */
  list(sql: ConfinedSql, workloadId: string, before: string | null, limit: number): Promise<Build[]> {
    return sql.query<Build>(
      `select ${columns} from build where workload_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
      [workloadId, before, limit],
    );
  }

  /** Nothing when it has ended. */
  async measure(tx: Tx, id: string, cpuMilliseconds: number): Promise<void> {
    await tx.query('update build set cpu_milliseconds = $2 where id = $1 and finished_at is null', [
      id,
      cpuMilliseconds,
    ]);
  }

  /** Null when the build's status does not allow it: it has ended, or somebody else works on it. */
  async become(tx: Tx, id: string, status: BuildStatus, change: BuildChange, at: Date): Promise<Build | null> {
    const [row] = await tx.query<Build>(
      `update build
          set status = $2, started_at = case when $2 = 'cloning' then coalesce(started_at, $3) else started_at end,
              finished_at = case when $2 in ('succeeded', 'failed', 'cancelled') then $3 end,
              commit = coalesce($4, commit), commit_subject = coalesce($5, commit_subject),
              language = coalesce($6, language), processes = coalesce($7::jsonb, processes),
              -- What a run took that was cut off is not charged.
              cpu_milliseconds = case when $2 = 'cloning' then 0 else cpu_milliseconds end,
              artifact = $8::jsonb, reused = coalesce($9, reused), failure = $10::jsonb
        where id = $1 and status = any ($11)
        returning ${columns}`,
      [
        id,
        status,
        at,
        change.commit ?? null,
        change.commitSubject ?? null,
        change.language ?? null,
        json(change.processes),
        json(change.artifact),
        change.reused ?? null,
        json(change.failure),
        beforeOf(status),
      ],
    );
    return row ?? null;
  }
}

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));
