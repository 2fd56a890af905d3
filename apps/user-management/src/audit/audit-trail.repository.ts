import type { AuditEntry } from '@berth/contracts/events';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

@Injectable()
export class AuditTrailRepository {
  async add(tx: Tx, entry: AuditEntry): Promise<void> {
    await tx.query(
      'insert into audit_trail (entry_id, organization_id, entry) values ($1, $2, $3) on conflict do nothing',
      [entry.entryId, entry.organizationId, entry],
    );
  }

  /** Newest first: entry ids sort by time. */
  async list(sql: Sql, organizationId: string, before: string | null, limit: number): Promise<AuditEntry[]> {
    const rows = await sql.query<{ entry: AuditEntry }>(
      `select entry from audit_trail where organization_id = $1 and ($2::uuid is null or entry_id < $2)
        order by entry_id desc limit $3`,
      [organizationId, before, limit],
    );
    return rows.map(({ entry }) => entry);
  }
}
