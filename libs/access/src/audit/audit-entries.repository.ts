import type { AuditEntry, ServiceName } from '@berth/contracts/events';
import type { Sql } from '@berth/service-kit';
import type { ChainHead } from './chain.js';

type Row = Omit<AuditEntry, 'at' | 'service'> & { readonly at: Date };

/** One chain of a service as it is stored, in order; the key is an organization id or `platform`. */
export async function auditChain(
  sql: Sql,
  service: ServiceName,
  key: string,
): Promise<{ entries: AuditEntry[]; head: ChainHead }> {
  const rows = await sql.query<Row>(
    `select entry_id as "entryId", organization_id as "organizationId", actor, action, target, at, sequence,
            previous_hash as "previousHash", hash, detail
       from audit_entry where key = $1 order by sequence`,
    [key],
  );
  const [head] = await sql.query<ChainHead>('select sequence, hash from audit_chain where key = $1', [key]);
  return {
    entries: rows.map((row) => ({ ...row, service, at: row.at.toISOString() })),
    head: head ?? { sequence: 0, hash: '' },
  };
}
