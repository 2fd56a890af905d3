import type { ProcessSettings, Release, ReleaseQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { BilledReleases } from '../allocations/allocation.js';

interface ReleaseRow extends Omit<Release, 'createdAt'> {
  readonly createdAt: Date;
}

const columns = `r.id, r.workload_id as "workloadId", w.organization_id as "organizationId", r.number, r.hash, r.artifact,
  r.commit, r.config_version as "configVersion", r.config_hash as "configHash", r.scope_versions as "scopeVersions", r.processes, r.reason,
  r.was_live as "wasLive", r.created_by as "createdBy", r.created_at as "createdAt"`;
const from = 'from release r join workload w on w.id = r.workload_id';
const toRelease = (row: ReleaseRow): Release => ({ ...row, createdAt: row.createdAt.toISOString() });

@Injectable()
export class ReleasesRepository {
  /** The caller holds the workload's row lock. */
  async insert(tx: Tx, release: Release, settings: ProcessSettings): Promise<void> {
    const {
      id,
      workloadId,
      number,
      hash,
      artifact,
      commit,
      configVersion,
      configHash,
      scopeVersions,
      processes,
      reason,
      createdBy,
      createdAt,
    } = release;
    await tx.queryPrepared(
      `insert into release (id, workload_id, number, hash, artifact, commit, config_version, config_hash, processes, reason,
         created_by, created_at, process_settings, scope_versions)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        id,
        workloadId,
        number,
        hash,
        artifact,
        commit,
        configVersion,
        configHash,
        JSON.stringify(processes),
        reason,
        createdBy,
        createdAt,
        settings,
        scopeVersions,
      ],
    );
  }

  async find(sql: Sql, id: string): Promise<Release | undefined> {
    const row = await sql.queryOne<ReleaseRow>(`select ${columns} ${from} where r.id = $1`, [id]);
    return row && toRelease(row);
  }

  async findByNumber(sql: Sql, workloadId: string, number: number): Promise<Release | undefined> {
    const [row] = await sql.queryPrepared<ReleaseRow>(
      `select ${columns} ${from} where r.workload_id = $1 and r.number = $2`,
      [workloadId, number],
    );
    return row && toRelease(row);
  }

  /** The current one, and the one that is taking its place. */
  async onRuntime(sql: Sql, workloadId: string): Promise<Release[]> {
    const rows = await sql.queryPrepared<ReleaseRow>(
      `select ${columns} ${from}
         left join deployment d on d.workload_id = w.id and d.status in ('rolling', 'shifting', 'verifying')
        where w.id = $1 and r.id in (w.current_release_id, d.release_id) order by r.number`,
      [workloadId],
    );
    return rows.map(toRelease);
  }

  /** Newest first. */
  async list(sql: ConfinedSql, query: ReleaseQuery): Promise<Release[]> {
    const rows = await sql.query<ReleaseRow>(
      `select ${columns} ${from} where r.workload_id = $1 and ($2::int is null or r.number < $2::int) order by r.number desc limit $3`,
      [query.workload, decodeCursor(query.cursor, 'number'), query.limit + 1],
    );
    return rows.map(toRelease);
  }

  /** Marks what is older than the newest so many, never the current one; answers what it marked. */
  async expire(tx: Tx, workloadId: string, kept: number, at: Date): Promise<Release[]> {
    const rows = await tx.queryPrepared<{ id: string }>(
      `update release set expired_at = $3
        where workload_id = $1 and expired_at is null and id <> (select current_release_id from workload where id = $1)
          and number <= (select max(number) from release where workload_id = $1) - $2::int
        returning id`,
      [workloadId, kept, at],
    );
    return this.findAll(
      tx,
      rows.map((row) => row.id),
    );
  }

  async isExpired(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query('select 1 from release where id = $1 and expired_at is not null', [id])).length === 1;
  }

  private async findAll(sql: Sql, ids: readonly string[]): Promise<Release[]> {
    if (ids.length === 0) return [];
    const rows = await sql.query<ReleaseRow>(`select ${columns} ${from} where r.id = any ($1) order by r.number`, [
      ids,
    ]);
    return rows.map(toRelease);
  }

  /** Numbers of the releases that were of use: those that are or were live, and canaries that got requests or stand by. */
  async billed(sql: Sql, workloadId: string): Promise<BilledReleases> {
    const rows = await sql.queryPrepared<{ number: number; wasLive: boolean; standsBy: boolean }>(
      `select number, was_live as "wasLive", coalesce(d.waits, false) as "standsBy"
         from release r left join lateral (
           select bool_or(ended_at is null and canary ? 'waitSeconds' and canary->>'state' in ('waiting', 'stepping')) as waits
             from deployment
            where workload_id = r.workload_id and release_id = r.id and (canary->>'hasServed')::boolean) d on true
        where workload_id = $1 and (was_live or d.waits is not null)`,
      [workloadId],
    );
    const numbersOf = (isMeant: (row: (typeof rows)[number]) => boolean) =>
      new Set(rows.filter(isMeant).map(({ number }) => number));
    return {
      live: numbersOf(({ wasLive }) => wasLive),
      canaries: numbersOf(({ wasLive }) => !wasLive),
      standby: numbersOf(({ standsBy }) => standsBy),
    };
  }

  /** What the workload said about its processes when the release was made. */
  async settingsOf(sql: Sql, id: string): Promise<ProcessSettings> {
    const row = await sql.queryOne<{ settings: ProcessSettings }>(
      'select process_settings as settings from release where id = $1',
      [id],
    );
    return row?.settings ?? {};
  }

  async markLive(tx: Tx, id: string): Promise<void> {
    await tx.queryPrepared('update release set was_live = true where id = $1', [id]);
  }
}
