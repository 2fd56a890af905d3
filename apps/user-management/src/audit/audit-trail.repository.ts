import type { ChainHead } from '@berth/access';
import type { AuditAddress, AuditEntry, ServiceName } from '@berth/contracts/events';
import type { AuditEntryView, AuditExportQuery } from '@berth/contracts/identity';
import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** What is looked for. Null: in what belongs to the platform and to no organization. */
export type AuditFilter = Omit<AuditExportQuery, 'organization'> & { readonly organization: string | null };

/** The chain of one service in one organization, or on the platform itself. */
export interface Chain {
  readonly organizationId: string | null;
  readonly service: ServiceName;
}

/** An entry and from where it was asked for, as far as that is still kept. */
export interface KeptEntry {
  readonly entry: AuditEntry;
  readonly from: Pick<AuditAddress, 'address' | 'salt'> | null;
}

/** $1: whose entries. Written so that the index is used for the platform's, too. */
const belongs = (organizationId: string | null): string =>
  organizationId === null ? 'organization_id is null and $1::uuid is null' : 'organization_id = $1';

@Injectable()
export class AuditTrailRepository {
  /** Moves the head of the entry's chain along, which is kept apart so that a cut at the end is seen. */
  async add(tx: Tx, entry: AuditEntry): Promise<void> {
    const { entryId, organizationId, service, sequence, hash } = entry;
    await tx.query(
      'insert into audit_trail (entry_id, organization_id, entry) values ($1, $2, $3) on conflict do nothing',
      [entryId, organizationId, entry],
    );
    await tx.query(
      `insert into audit_head as head (organization_id, service, sequence, hash) values ($1, $2, $3, $4)
       on conflict (organization_id, service) do update set sequence = excluded.sequence, hash = excluded.hash
         where head.sequence < excluded.sequence`,
      [organizationId, service, sequence, hash],
    );
  }

  /** Newest first: entry ids sort by time. */
  async list(sql: Sql, query: AuditFilter, before: string | null, limit: number): Promise<AuditEntryView[]> {
    const { organization, actor = null, action = null, target = null, service = null, from = null, to = null } = query;
    const { session = null, correlation = null, entry = null } = query;
    const rows = await sql.query<{ entry: AuditEntry; address: string | null }>(
      `select entry, address from audit_trail left join audit_address using (entry_id)
        where ${belongs(organization)} and ($2::uuid is null or entry_id < $2)
          and ($4::text is null or entry->'actor'->>'id' = $4)
          and ($5::text is null or entry->>'action' = $5)
          and ($6::text is null or entry->'target'->>'id' = $6)
          and ($7::text is null or entry->>'service' = $7)
          and ($8::text is null or entry->>'at' >= $8)
          and ($9::text is null or entry->>'at' < $9)
          and ($10::text is null or entry->'detail'->'request'->>'sessionId' = $10)
          and ($11::text is null or entry->'detail'->'request'->>'correlationId' = $11)
          and ($12::text is null or entry_id::text = $12)
        order by entry_id desc limit $3`,
      [organization, before, limit, actor, action, target, service, from, to, session, correlation, entry],
    );
    return rows.map((row) => ({ ...row.entry, address: row.address }));
  }

  heads(sql: ConfinedSql, organizationId: string | null): Promise<(ChainHead & { service: ServiceName })[]> {
    return sql.query(
      `select service, sequence, hash from audit_head where ${belongs(organizationId)} order by service`,
      [organizationId],
    );
  }

  /** In the order of the chain. Rows of one place in it all come: there must not be two. */
  page(sql: Sql, { organizationId, service }: Chain, after: number, limit: number): Promise<KeptEntry[]> {
    return sql.query(
      `select entry, case when address is not null then json_build_object('address', address, 'salt', salt) end as "from"
         from audit_trail left join audit_address using (entry_id)
        where ${belongs(organizationId)} and entry->>'service' = $2 and (entry->>'sequence')::int > $3
        order by (entry->>'sequence')::int, entry_id limit $4`,
      [organizationId, service, after, limit],
    );
  }
}
