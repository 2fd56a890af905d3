import type { ClusterQuery, ClusterSettings, Condition } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterPointer, ClusterRow } from './cluster.js';

const standing = `from placement p join workload w on w.id = p.workload_id where p.cluster_id = c.id and p.state <> 'failed' and w.finished_at is null`;
const select = `select c.id, c.name, c.region, c.is_own as "isOwn", c.is_cordoned as "isCordoned", c.server, c.settings, c.address,
    c.runtime_version as "runtimeVersion", c.failed_looks as "failedLooks", c.conditions,
    (select count(*)::int ${standing}) as workloads, c.generation, c.created_at as "createdAt"
  from cluster c where c.removed_at is null`;
const pointer = 'c.id, c.runtime_version as "runtimeVersion"';

export interface NewCluster {
  readonly id: string;
  readonly name: string;
  readonly region: string | null;
  readonly server: string;
  readonly settings: ClusterSettings;
  readonly credentials: Buffer;
  readonly createdAt: Date;
}

/** Until the commit it is as it is. */
export type HeldCluster = ClusterPointer & Pick<ClusterRow, 'region' | 'isCordoned'>;

export type ClusterPatch = Partial<Pick<NewCluster, 'region' | 'server' | 'settings' | 'credentials'>>;

@Injectable()
export class ClustersRepository {
  /** Answers false when the name is taken. */
  async insert(tx: Tx, cluster: NewCluster): Promise<boolean> {
    const { id, name, region, server, settings, credentials, createdAt } = cluster;
    const rows = await tx.query(
      `insert into cluster (id, name, region, server, settings, credentials, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) where removed_at is null do nothing returning id`,
      [id, name, region, server, settings, credentials, createdAt],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, id: string): Promise<ClusterRow | undefined> {
    const [row] = await sql.query<ClusterRow>(`${select} and c.id = $1`, [id]);
    return row;
  }

  /** Until the commit nobody else changes it, and nothing is placed there. */
  async lock(tx: Tx, id: string): Promise<ClusterRow | undefined> {
    await tx.query('select 1 from cluster where id = $1 for update', [id]);
    return this.find(tx, id);
  }

  /** Until the commit it is not removed or cordoned. */
  async hold(tx: Tx, name: string): Promise<HeldCluster | undefined> {
    const [row] = await tx.query<HeldCluster>(
      'select id, runtime_version as "runtimeVersion", region, is_cordoned as "isCordoned" from cluster where name = $1 and removed_at is null for share',
      [name],
    );
    return row;
  }

  async list(sql: ConfinedSql, query: ClusterQuery): Promise<ClusterRow[]> {
    return sql.query<ClusterRow>(
      // eslint-disable-next-line berth/tenant-query -- of workloads it answers how many stand on a cluster, to administrators
      `${select} and ($1::text is null or c.name = $1) and ($2::uuid is null or c.id > $2) order by c.id limit $3`,
      [query.name ?? null, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  /** All that there is to follow. */
  pointers(sql: Sql): Promise<ClusterPointer[]> {
    return sql.query<ClusterPointer>(`select ${pointer} from cluster c where c.removed_at is null order by c.id`);
  }

  /** The emptiest of those that are in the regions and take something new. */
  async choose(sql: Sql, regions: readonly string[]): Promise<string | undefined> {
    const [row] = await sql.query<{ name: string }>(
      // eslint-disable-next-line berth/tenant-query -- of workloads it asks how many stand on a cluster
      `select c.name from cluster c
        where c.removed_at is null and not c.is_cordoned and c.region = any($1)
        order by (select count(*) ${standing}), c.id limit 1`,
      [regions],
    );
    return row?.name;
  }

  /** Where new workloads of an environment go, as it is now. */
  async ofEnvironment(tx: Tx, environmentId: string): Promise<{ cluster: string; regions: string[] }> {
    const [row] = await tx.query<{ cluster: string; regions: string[] }>(
      'select c.name as cluster, e.regions from environment e join cluster c on c.id = e.cluster_id where e.id = $1',
      [environmentId],
    );
    if (!row) throw new Error(`Environment ${environmentId} is gone.`);
    return row;
  }

  async credentialsOf(sql: Sql, id: string): Promise<Buffer | null> {
    const row = await sql.queryOne<{ credentials: Buffer | null }>('select credentials from cluster where id = $1', [
      id,
    ]);
    return row?.credentials ?? null;
  }

  async update(tx: Tx, id: string, { region, server, settings, credentials }: ClusterPatch): Promise<void> {
    await tx.query(
      `update cluster set region = case when $2 then $3 else region end, server = coalesce($4, server),
         settings = coalesce($5, settings), credentials = coalesce($6, credentials), failed_looks = 0,
         generation = generation + 1, runtime_version = runtime_version + case when $7 then 1 else 0 end
        where id = $1`,
      [
        ...[id, region !== undefined, region ?? null, server ?? null, settings ?? null, credentials ?? null],
        settings !== undefined || credentials !== undefined,
      ],
    );
  }

  async cordon(tx: Tx, id: string, isCordoned: boolean): Promise<void> {
    await tx.query('update cluster set is_cordoned = $2, generation = generation + 1 where id = $1', [id, isCordoned]);
  }

  async setAddress(tx: Tx, id: string, address: readonly string[]): Promise<void> {
    await tx.query('update cluster set address = $2, generation = generation + 1 where id = $1', [id, address]);
  }

  /** Answers false when it was removed. */
  async report(tx: Tx, id: string, failedLooks: number, conditions: readonly Condition[]): Promise<boolean> {
    const rows = await tx.query(
      'update cluster set failed_looks = $2, conditions = $3 where id = $1 and removed_at is null returning id',
      [id, failedLooks, JSON.stringify(conditions)],
    );
    return rows.length === 1;
  }

  /** Answers false while workloads stand there, environments name it or something of theirs is left. What spoke for us there is forgotten. */
  async remove(tx: Tx, id: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update cluster c set removed_at = $2, credentials = null where c.id = $1 and not exists (select ${standing})
          and not exists (select from environment e where e.cluster_id = c.id and e.deleted_at is null)
          and not exists (select from space s where s.cluster_id = c.id)
          and not exists (select from isolation_check i where i.cluster_id = c.id and i.ended_at is null)
        returning c.id`,
      [id, at],
    );
    return rows.length === 1;
  }

  /** What has, had or gets something there. */
  async standingOn(sql: Sql, id: string): Promise<{ workloads: string[]; environments: string[] }> {
    const ids = async (select: string) =>
      // eslint-disable-next-line berth/tenant-query -- what stands on a cluster is counted for administrators, whosever it is
      (await sql.query<{ id: string }>(`${select} order by 1`, [id])).map((row) => row.id);
    return {
      workloads: await ids('select workload_id as id from placement where cluster_id = $1'),
      environments: await ids('select environment_id as id from space where cluster_id = $1'),
    };
  }

  /** Whoever stands there has a name for it that nobody takes for another cluster's. Isolation checks there come to nothing. */
  async giveUp(tx: Tx, id: string, name: string, at: Date): Promise<void> {
    await tx.query(
      `update cluster set removed_at = $3, name = $2, credentials = null, runtime_version = runtime_version + 1
        where id = $1`,
      [id, name, at],
    );
    const sql = 'update isolation_check set ended_at = $2 where cluster_id = $1 and ended_at is null';
    await tx.query(sql, [id, at]);
  }
}
