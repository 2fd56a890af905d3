import type { VolumeQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { VolumeRow } from './volume.js';

const columns = `v.id, v.workload_id as "workloadId", v.organization_id as "organizationId", v.process, v.name,
    v.mount_path as "mountPath", v.size_mib as "sizeMib", v.initial_mib as "initialMib", v.storage_class as "storageClass",
    v.is_per_instance as "isPerInstance", v.copies, v.provisioned_bytes::float8 as "provisionedBytes",
    v.is_told as "isTold", v.deleted_at is not null as "isDeleted", v.generation, v.created_at as "createdAt"`;
const select = `select ${columns} from volume v where v.finished_at is null`;

/** All volumes of the workload `w`, as a column. */
export const volumesOfWorkload = `(select coalesce(jsonb_agg(v order by v.id), '[]') from (${select}) v where v."workloadId" = w.id)`;

type Taken = 'name' | 'mountPath';

@Injectable()
export class VolumesRepository {
  /** Whether a canary of the workload gets requests, or is about to. */
  async isShared(tx: Tx, workloadId: string): Promise<boolean> {
    const sql = `select from deployment where workload_id = $1 and status in ('rolling', 'shifting') and canary is not null`;
    return (await tx.query(sql, [workloadId])).length > 0;
  }

  /** Answers what another volume of the workload has already; undefined when it was inserted. */
  async insert(tx: Tx, volume: VolumeRow): Promise<Taken | undefined> {
    const { id, workloadId, organizationId, process, name, mountPath, sizeMib, initialMib, storageClass } = volume;
    const rows = await tx.query(
      `insert into volume (id, workload_id, organization_id, process, name, mount_path, size_mib, initial_mib,
         storage_class, is_per_instance, copies, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing returning id`,
      [
        ...[id, workloadId, organizationId, process, name, mountPath, sizeMib, initialMib, storageClass],
        ...[volume.isPerInstance, volume.copies, volume.createdAt],
      ],
    );
    if (rows.length === 1) return undefined;
    const others = await this.of(tx, workloadId);
    return others.some((each) => each.name === name && !each.isDeleted) ? 'name' : 'mountPath';
  }

  async find(sql: Sql, id: string): Promise<VolumeRow | undefined> {
    const [row] = await sql.query<VolumeRow>(`${select} and v.id = $1`, [id]);
    return row;
  }

  /** All of a workload of which something may be left, oldest first. */
  of(sql: Sql, workloadId: string): Promise<VolumeRow[]> {
    return sql.query<VolumeRow>(`${select} and v.workload_id = $1 order by v.id`, [workloadId]);
  }

  list(sql: ConfinedSql, query: VolumeQuery): Promise<VolumeRow[]> {
    return sql.query<VolumeRow>(
      `${select} and v.workload_id = $1 and ($2::uuid is null or v.id > $2) order by v.id limit $3`,
      [query.workload, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  async resize(tx: Tx, id: string, sizeMib: number, copies: number): Promise<void> {
    await tx.query('update volume set size_mib = $2, copies = $3, generation = generation + 1 where id = $1', [
      ...[id, sizeMib, copies],
    ]);
  }

  async markDeleted(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query(
      'update volume set deleted_at = $2, generation = generation + 1 where id = $1 and deleted_at is null',
      [id, at],
    );
  }

  /** What is provisioned was told. */
  async tell(tx: Tx, id: string, bytes: number): Promise<void> {
    await tx.query('update volume set provisioned_bytes = $2, is_told = true where id = $1', [id, bytes]);
  }

  async finish(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query(
      'update volume set finished_at = $2, deleted_at = coalesce(deleted_at, $2), provisioned_bytes = 0 where id = $1',
      [id, at],
    );
  }
}
