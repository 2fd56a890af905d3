import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type ConfigVersion, emptyConfig } from './config-version.js';

const columns = `workload_id as "workloadId", number, entries, hash, created_at as "createdAt"`;

@Injectable()
export class ConfigVersionsRepository {
  async newest(sql: Sql, workloadId: string): Promise<ConfigVersion> {
    const [row] = await sql.query<ConfigVersion>(
      `select ${columns} from config_version where workload_id = $1 order by number desc limit 1`,
      [workloadId],
    );
    return row ?? emptyConfig(workloadId);
  }

  async find(sql: Sql, workloadId: string, number: number): Promise<ConfigVersion> {
    if (number === 0) return emptyConfig(workloadId);
    const [row] = await sql.query<ConfigVersion>(
      `select ${columns} from config_version where workload_id = $1 and number = $2`,
      [workloadId, number],
    );
    if (!row) throw new Error(`Workload ${workloadId} has no config version ${number}.`);
    return row;
  }

  /** The caller holds the workload's row lock, which makes the numbers contiguous. */
  async insert(tx: Tx, version: ConfigVersion, createdBy: string): Promise<void> {
    const { workloadId, number, entries, hash, createdAt } = version;
    await tx.query(
      `insert into config_version (workload_id, number, entries, hash, created_by, created_at) values ($1, $2, $3, $4, $5, $6)`,
      [workloadId, number, entries, hash, createdBy, createdAt],
    );
  }
}
