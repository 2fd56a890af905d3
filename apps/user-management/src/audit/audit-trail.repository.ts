import type { ChainHead } from '@berth/access';
import type { AuditEntry, ServiceName } from '@berth/contracts/events';
import type { AuditExportQuery } from '@berth/contracts/identity';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** What is looked for. Null: in what belongs to the platform and to no organization. */
export type AuditFilter = Omit<AuditExportQuery, 'organization'> & { readonly organization: string | null };

/** The chain of one service in one organization, or on the platform itself. */
export interface Chain {
  readonly organizationId: string | null;
  readonly service: ServiceName;
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
  async list(sql: Sql, query: AuditFilter, before: string | null, limit: number): Promise<AuditEntry[]> {
    const { organization, actor = null, action = null, target = null, service = null, from = null, to = null } = query;
    const rows = await sql.query<{ entry: AuditEntry }>(
      `select entry from audit_trail
        where ${belongs(organization)} and ($2::uuid is null or entry_id < $2)
          and ($4::text is null or entry->'actor'->>'id' = $4)
          and ($5::text is null or entry->>'action' = $5)
          and ($6::text is null or entry->'target'->>'id' = $6)
          and ($7::text is null or entry->>'service' = $7)
          and ($8::text is null or entry->>'at' >= $8)
          and ($9::text is null or entry->>'at' < $9)
        order by entry_id desc limit $3`,
      [organization, before, limit, actor, action, target, service, from, to],
    );
    return rows.map(({ entry }) => entry);
  }

  heads(sql: Sql, organizationId: string | null): Promise<(ChainHead & { service: ServiceName })[]> {
    return sql.query(
      `select service, sequence, hash from audit_head where ${belongs(organizationId)} order by service`,
      [organizationId],
    );
  }

  /** In the order of the chain. Rows of one place in it all come: there must not be two. */
  async page(sql: Sql, { organizationId, service }: Chain, after: number, limit: number): Promise<AuditEntry[]> {
    const rows = await sql.query<{ entry: AuditEntry }>(
      `select entry from audit_trail
        where ${belongs(organizationId)} and entry->>'service' = $2 and (entry->>'sequence')::int > $3
        order by (entry->>'sequence')::int, entry_id limit $4`,
      [organizationId, service, after, limit],
    );
    return rows.map(({ entry }) => entry);
  }
}
