import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** Before these moments a thing that nobody refers to may go. */
export interface RetentionLimits {
  readonly artifacts: Date;
  readonly uploads: Date;
  readonly logs: Date;
}

const BATCH = 1_000;

/** Who still needs which blob, and what nobody needs any more. */
@Injectable()
export class BlobReferencesRepository {
  async addRelease(tx: Tx, releaseId: string, workloadId: string, digest: string): Promise<void> {
    await tx.query(
      'insert into release_reference (release_id, workload_id, digest) values ($1, $2, $3) on conflict do nothing',
      [releaseId, workloadId, digest],
    );
  }

  async removeRelease(tx: Tx, releaseId: string): Promise<void> {
    await tx.query('delete from release_reference where release_id = $1', [releaseId]);
  }

  async removeWorkload(tx: Tx, workloadId: string): Promise<void> {
    await tx.query('delete from release_reference where workload_id = $1', [workloadId]);
  }

  /** By a release, by a build that ended lately and may yet be released, by a build that runs, or by an upload. */
  async isNeeded(sql: Sql, digest: string, { artifacts }: RetentionLimits): Promise<boolean> {
    const [row] = await sql.query<{ needed: boolean }>(
      // eslint-disable-next-line berth/tenant-query -- equal content is kept once for all organizations: it goes when nobody needs it
      `select exists (select from release_reference where digest = $1)
           or exists (select from upload where blob = $1)
           or exists (select from build where artifact->>'digest' = $1 and finished_at >= $2) as needed`,
      [digest, artifacts],
    );
    return row?.needed ?? true;
  }

  async forgetArtifact(tx: Tx, digest: string): Promise<void> {
    await tx.query(`delete from artifact where artifact->>'digest' = $1`, [digest]);
  }

  /** A build that waits for its turn still needs its upload. Answers how many rows went. */
  async removeOldUploads(tx: Tx, { uploads }: RetentionLimits): Promise<number> {
    const rows = await tx.query(
      // eslint-disable-next-line berth/tenant-query -- retention takes what is old of every organization
      `delete from upload where id in (
         select u.id from upload u where u.created_at < $1 and not exists (
           select from build b where b.finished_at is null and b.source->>'uploadId' = u.id::text)
         limit $2) returning id`,
      [uploads, BATCH],
    );
    return rows.length;
  }

  /** Answers of how many builds. */
  async removeOldLogs(tx: Tx, { logs }: RetentionLimits): Promise<number> {
    const rows = await tx.query<{ builds: number }>(
      // eslint-disable-next-line berth/tenant-query -- retention takes what is old of every organization
      `with old as (
         select id from build b where finished_at < $1 and exists (select from build_log l where l.build_id = b.id) limit $2
       ), gone as (
         delete from build_log l using old where l.build_id = old.id
       )
       select count(*)::int as builds from old`,
      [logs, BATCH],
    );
    return rows[0]?.builds ?? 0;
  }
}
