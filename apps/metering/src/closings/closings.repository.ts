import { monthAt } from '@berth/billing';
import type { BlockedClosing } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

interface BlockedRow {
  readonly organizationId: string;
  readonly timeZone: string;
  readonly openSince: Date;
  readonly blocked: string;
  readonly dueAt: Date;
}

@Injectable()
export class ClosingsRepository {
  /** One more than asked for. */
  async blocked(sql: ConfinedSql, page: { limit: number; cursor?: string | undefined }): Promise<BlockedClosing[]> {
    const rows = await sql.query<BlockedRow>(
      // eslint-disable-next-line berth/tenant-query -- administrators see whose closings are blocked
      `select organization_id as "organizationId", time_zone as "timeZone", open_since as "openSince", blocked,
              due_at as "dueAt"
         from billing_account where blocked is not null and ($1::uuid is null or organization_id > $1)
        order by organization_id limit $2`,
      [decodeCursor(page.cursor, 'id'), page.limit + 1],
    );
    return rows.map(({ organizationId, timeZone, openSince, blocked, dueAt }) => ({
      ...{ organizationId, blocked, lookedAgainAt: dueAt.toISOString() },
      month: monthAt(openSince, timeZone).month,
    }));
  }

  /** Workloads that should run and of which nothing was heard since a moment. */
  async silent(sql: ConfinedSql, organizationId: string, since: Date): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      `select count(*)::int as count from metered_workload where organization_id = $1 and runs and heard_at <= $2`,
      [organizationId, since],
    );
    return row?.count ?? 0;
  }

  /** What the comparison of accepted, spanned and rated usage found. */
  async drifts(sql: ConfinedSql, organizationId: string): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      'select count(*)::int as count from usage_drift where organization_id = $1',
      [organizationId],
    );
    return row?.count ?? 0;
  }

  async hasInvoiceSince(sql: ConfinedSql, organizationId: string, month: string): Promise<boolean> {
    const rows = await sql.query('select from invoice where organization_id = $1 and month >= $2 limit 1', [
      ...[organizationId, month],
    ]);
    return rows.length > 0;
  }
}
