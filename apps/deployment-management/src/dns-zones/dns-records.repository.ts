import type { PageQuery } from '@berth/contracts/common';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isOutOfReach } from '../clusters/cluster-health.js';
import type { DnsRecordRow, WantedHost } from './dns-record.js';
import type { DnsZoneRow } from './dns-zone.js';

const select = `select host, values, state, cause, message, since, live_at as "liveAt", checked_at as "checkedAt" from dns_record`;

const isWithin = (host: string, zone: string): string =>
  `(${host} = ${zone} or right(${host}, length(${zone}) + 1) = '.' || ${zone})`;

/** Hosts of workloads, and domains that are proven: of several paths the shortest says where a host leads. */
const hosts = `select distinct on (h.host) h.host, h.workload_id from (
    select w.host, w.id as workload_id, '' as path from workload w where w.deleted_at is null and ($2::uuid is null or w.organization_id = $2)
    union all
    select d.host, d.workload_id, d.path from domain d join workload w on w.id = d.workload_id
      where d.verified_at is not null and d.released_at is null and w.deleted_at is null and ($2::uuid is null or w.organization_id = $2)
  ) h where ${isWithin('h.host', '$1')} and not exists (select from dns_zone o where o.organization_id is not distinct from $2
    and o.deleted_at is null and length(o.name) > length($1) and ${isWithin('h.host', 'o.name')})
  order by h.host, length(h.path), h.path`;

const serving = `select coalesce(jsonb_agg(jsonb_build_object('cluster', c.name, 'address', to_jsonb(c.address), 'isFirst', p.is_first,
      'isOutOfReach', ${isOutOfReach}) order by p.is_first desc, c.id), '[]') from placement p join cluster c on c.id = p.cluster_id
    where p.workload_id = h.workload_id and p.state = 'active' and c.removed_at is null`;

@Injectable()
export class DnsRecordsRepository {
  /** What a zone is to have: hosts that lie in it, in no other zone of the same owner that lies in it. */
  wanted(sql: ConfinedSql, { name, organizationId }: DnsZoneRow): Promise<WantedHost[]> {
    return sql.query<WantedHost>(`select h.host, (${serving}) as serving from (${hosts}) h order by h.host`, [
      name,
      organizationId,
    ]);
  }

  known(sql: Sql, zoneId: string): Promise<DnsRecordRow[]> {
    return sql.query<DnsRecordRow>(`${select} where zone_id = $1 order by host`, [zoneId]);
  }

  list(sql: Sql, zoneId: string, query: PageQuery): Promise<DnsRecordRow[]> {
    return sql.query<DnsRecordRow>(
      `${select} where zone_id = $1 and ($2::text is null or host > $2) order by host limit $3`,
      [...[zoneId, decodeCursor(query.cursor), query.limit + 1]],
    );
  }

  /** Where they are to lead from now on. */
  async state(
    tx: Tx,
    zoneId: string,
    stated: readonly Pick<DnsRecordRow, 'host' | 'values'>[],
    at: Date,
  ): Promise<void> {
    if (stated.length === 0) return;
    await tx.query(
      `insert into dns_record (zone_id, host, values, since)
       select $1, s.host, s.values, $3 from jsonb_to_recordset($2) as s(host text, values jsonb) order by s.host
       on conflict (zone_id, host) do update set values = excluded.values, since = excluded.since, state = 'pending',
         cause = null, message = null`,
      [zoneId, JSON.stringify(stated), at],
    );
  }

  /** Nobody knows where it is to lead. What was written before stays. */
  async stateUnknown(
    tx: Tx,
    zoneId: string,
    { host, message }: { host: string; message: string },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into dns_record as r (zone_id, host, values, since, cause, message) values ($1, $2, '[]', $4, 'no_address', $3)
       on conflict (zone_id, host) do update set state = 'pending', cause = 'no_address', message = excluded.message
        where r.message is distinct from excluded.message`,
      [zoneId, host, message, at],
    );
  }

  async stateLeaving(tx: Tx, zoneId: string, hosts: readonly string[], at: Date): Promise<void> {
    await tx.query(
      `update dns_record set state = 'leaving', since = $3, cause = null, message = null
        where zone_id = $1 and host = any($2) and state <> 'leaving'`,
      [zoneId, hosts, at],
    );
  }

  async report(
    tx: Tx,
    zoneId: string,
    host: string,
    of: Pick<DnsRecordRow, 'state' | 'cause' | 'message'>,
    at: Date,
  ): Promise<void> {
    await tx.query(
      `update dns_record set state = $3, cause = $4, message = $5, checked_at = $6,
         live_at = case when $3 = 'live' then $6 else live_at end where zone_id = $1 and host = $2`,
      [zoneId, host, of.state, of.cause, of.message, at],
    );
  }

  async delete(tx: Tx, zoneId: string, host: string): Promise<void> {
    await tx.query('delete from dns_record where zone_id = $1 and host = $2', [zoneId, host]);
  }
}
