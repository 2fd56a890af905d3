import type { Artifact } from '@berth/contracts/events';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** Which inputs gave which artifact. */
@Injectable()
export class ArtifactsRepository {
  async findReusable(sql: Sql, reuseKey: string): Promise<Artifact | null> {
    const [row] = await sql.query<{ artifact: Artifact }>('select artifact from artifact where reuse_key = $1', [
      reuseKey,
    ]);
    return row?.artifact ?? null;
  }

  /** The newest wins: an older one was asked for and its blob was gone. */
  async remember(tx: Tx, reuseKey: string, appId: string, artifact: Artifact, at: Date): Promise<void> {
    await tx.query(
      `insert into artifact (reuse_key, app_id, artifact, created_at) values ($1, $2, $3, $4)
       on conflict (reuse_key) do update set artifact = excluded.artifact, created_at = excluded.created_at`,
      [reuseKey, appId, JSON.stringify(artifact), at],
    );
  }

  /** Key of `reuseKey`. */
  async secret(sql: Sql): Promise<string> {
    const [row] = await sql.query<{ secret: string }>('select secret from reuse_secret');
    if (!row) throw new Error('the row of reuse_secret is missing');
    return row.secret;
  }
}
