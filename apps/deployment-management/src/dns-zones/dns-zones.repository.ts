import type { Condition, DnsZoneQuery } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DnsZoneRow } from './dns-zone.js';

const select = `select z.id, z.organization_id as "organizationId", z.name, z.servers, z.key_name as "keyName", z.algorithm,
    z.ttl_seconds as "ttlSeconds", z.conditions, z.created_by as "createdBy", z.created_at as "createdAt",
    z.deleted_at as "deletedAt" from dns_zone z`;

/** Null stays what it is. */
export interface DnsZoneChange {
  readonly servers: readonly string[] | null;
  readonly keyName: string | null;
  readonly algorithm: string | null;
  readonly sealed: Buffer | null;
  readonly ttlSeconds: number | null;
}

@Injectable()
export class DnsZonesRepository {
  /** Answers false when its owner has it already. */
  async insert(tx: Tx, row: DnsZoneRow, sealed: Buffer): Promise<boolean> {
    const rows = await tx.query(
      `insert into dns_zone (id, organization_id, name, servers, key_name, algorithm, sealed, ttl_seconds, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id`,
      [
        ...[row.id, row.organizationId, row.name, row.servers, row.keyName, row.algorithm, sealed, row.ttlSeconds],
        ...[row.createdBy, row.createdAt],
      ],
    );
    return rows.length === 1;
  }

  /** Until the commit it is as it is. */
  async lock(tx: Tx, id: string): Promise<DnsZoneRow | undefined> {
    await tx.query('select 1 from dns_zone where id = $1 for update', [id]);
    return this.find(tx, id);
  }

  async find(sql: Sql, id: string): Promise<DnsZoneRow | undefined> {
    const row = await sql.queryOne<DnsZoneRow>(`${select} where z.id = $1`, [id]);
    return row;
  }

  async sealedOf(sql: Sql, id: string): Promise<Buffer | undefined> {
    return (await sql.queryOne<{ sealed: Buffer }>('select sealed from dns_zone where id = $1', [id]))?.sealed;
  }

  list(sql: ConfinedSql, query: DnsZoneQuery): Promise<DnsZoneRow[]> {
    return sql.query<DnsZoneRow>(
      `${select} where z.organization_id is not distinct from $1::uuid and ($2::uuid is null or z.id > $2) order by z.id limit $3`,
      [query.organization ?? null, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  /** Of an organization, and the platform's own: who may have its hosts. */
  async idsFor(sql: ConfinedSql, organizationId: string): Promise<string[]> {
    const rows = await sql.queryPrepared<{ id: string }>(
      'select id from dns_zone where organization_id = $1 or organization_id is null order by id',
      [organizationId],
    );
    return rows.map(({ id }) => id);
  }

  /** Of everybody: keys for the reconciler alone. */
  async ids(sql: Sql): Promise<string[]> {
    // eslint-disable-next-line berth/tenant-query -- only the reconciler gets these keys
    return (await sql.query<{ id: string }>('select id from dns_zone order by id')).map(({ id }) => id);
  }

  async update(tx: Tx, id: string, { servers, keyName, algorithm, sealed, ttlSeconds }: DnsZoneChange): Promise<void> {
    await tx.query(
      `update dns_zone set servers = coalesce($2, servers), key_name = coalesce($3, key_name),
         algorithm = coalesce($4, algorithm), sealed = coalesce($5, sealed), ttl_seconds = coalesce($6, ttl_seconds)
        where id = $1`,
      [id, servers, keyName, algorithm, sealed, ttlSeconds],
    );
  }

  async report(tx: Tx, id: string, conditions: readonly Condition[]): Promise<void> {
    await tx.query('update dns_zone set conditions = $2 where id = $1', [id, JSON.stringify(conditions)]);
  }

  async markDeleted(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query('update dns_zone set deleted_at = coalesce(deleted_at, $2) where id = $1', [id, at]);
  }

  /** An organization is gone, and its zones with it. */
  async markDeletedOf(tx: Tx, organizationId: string, at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'update dns_zone set deleted_at = coalesce(deleted_at, $2) where organization_id = $1 returning id',
      [organizationId, at],
    );
    return rows.map(({ id }) => id);
  }

  /** With what is known of its records. */
  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from dns_zone where id = $1', [id]);
  }
}
