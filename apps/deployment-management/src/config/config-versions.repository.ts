import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type ConfigVersion, emptyConfig } from './config-version.js';

const columns = `workload_id as "ownerId", number, entries, hash, created_at as "createdAt"`;

@Injectable()
export class ConfigVersionsRepository {
  /** What the next change starts from: the newest, or the one of the release that was rolled back to. */
  async current(sql: Sql, workloadId: string): Promise<ConfigVersion> {
    const [row] = await sql.queryPrepared<ConfigVersion>(
      `select ${columns} from config_version
        where workload_id = $1 and number = (select config_version from workload where id = $1)`,
      [workloadId],
    );
    return row ?? emptyConfig(workloadId);
  }

  async find(sql: Sql, ownerId: string, number: number): Promise<ConfigVersion> {
    if (number === 0) return emptyConfig(ownerId);
    const [row] = await sql.queryPrepared<ConfigVersion>(
      `select ${columns} from config_version where workload_id = $1 and number = $2`,
      [ownerId, number],
    );
    if (!row) throw new Error(`${ownerId} has no config version ${number}.`);
    return row;
  }

  /** Whether instances have a secret version: the current release pins it, or the one that takes its place. */
  async isOnRuntime(sql: Sql, workloadId: string, secretVersionId: string): Promise<boolean> {
    const rows = await sql.query(
      `select 1 from workload w
         left join deployment d on d.workload_id = w.id and d.status in ('preparing', 'rolling', 'shifting', 'verifying')
         join release r on r.id in (w.current_release_id, d.release_id)
         join config_version c on c.workload_id = w.id and c.number = r.config_version
        where w.id = $1 and jsonb_path_exists(c.entries, '$.*.secretVersionId ? (@ == $id)', jsonb_build_object('id', $2::text))`,
      [workloadId, secretVersionId],
    );
    return rows.length > 0;
  }

  /** The caller holds the row lock of its owner, which makes the numbers contiguous. */
  async insert(tx: Tx, version: ConfigVersion, createdBy: string): Promise<void> {
    const { ownerId, number, entries, hash, createdAt } = version;
    await tx.query(
      `insert into config_version (workload_id, number, entries, hash, created_by, created_at) values ($1, $2, $3, $4, $5, $6)`,
      [ownerId, number, entries, hash, createdBy, createdAt],
    );
  }
}
