import type { Waiver } from '@berth/contracts/metering';
import type { ConfinedSql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

@Injectable()
export class WaiversRepository {
  async of(sql: ConfinedSql, organizationId: string): Promise<Waiver[]> {
    const rows = await sql.query<Omit<Waiver, 'waivedAt'> & { waivedAt: Date }>(
      `select month, metric, reason, waived_by as "waivedBy", waived_at as "waivedAt" from usage_waiver
        where organization_id = $1 order by month, metric`,
      [organizationId],
    );
    return rows.map((row) => ({ ...row, waivedAt: row.waivedAt.toISOString() }));
  }

  async insert(tx: Tx, organizationId: string, { month, metric, reason, waivedBy, waivedAt }: Waiver): Promise<void> {
    await tx.query(
      `insert into usage_waiver (organization_id, month, metric, reason, waived_by, waived_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [organizationId, month, metric, reason, waivedBy, waivedAt],
    );
  }

  /** Of a month and those after it. */
  async forgetFrom(tx: Tx, organizationId: string, month: string): Promise<void> {
    await tx.query('delete from usage_waiver where organization_id = $1 and month >= $2', [organizationId, month]);
  }
}
