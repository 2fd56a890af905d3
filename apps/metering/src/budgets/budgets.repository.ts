import { digitsOf, formatMinor } from '@berth/billing';
import type { Budget, BudgetQuery, CapStage } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface BudgetRow {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly environmentId: string | null;
  readonly name: string;
  /** Smallest units. */
  readonly amount: bigint;
  readonly currency: string;
  readonly thresholds: readonly number[];
  readonly isCap: boolean;
  readonly graceMinutes: number;
  /** That the stage and what is spent are of. */
  readonly month: string;
  readonly spent: bigint;
  readonly forecast: bigint;
  readonly lookedAt: Date | null;
  readonly stage: CapStage;
  readonly stageAt: Date | null;
  readonly crossed: readonly number[];
}

type Stored = Omit<BudgetRow, 'amount' | 'spent' | 'forecast'> & Record<'amount' | 'spent' | 'forecast', string>;

const columns = `b.id, b.organization_id as "organizationId", b.project_id as "projectId",
  b.environment_id as "environmentId", b.name, b.amount::text, b.currency, b.thresholds, b.is_cap as "isCap",
  b.grace_minutes as "graceMinutes", b.month, b.spent::text, b.forecast::text, b.looked_at as "lookedAt", b.stage,
  b.stage_at as "stageAt",
  array(select threshold from budget_alert a where a.budget_id = b.id and a.month = b.month order by 1) as crossed`;

const rowOf = (row: Stored): BudgetRow => ({
  ...row,
  ...{ amount: BigInt(row.amount), spent: BigInt(row.spent), forecast: BigInt(row.forecast) },
});

export function budgetTold({ stageAt: _, ...row }: BudgetRow): Budget {
  const text = (amount: bigint) => formatMinor(amount, digitsOf(row.currency));
  return {
    ...row,
    ...{ amount: text(row.amount), spent: text(row.spent), forecast: text(row.forecast) },
    ...{ thresholds: [...row.thresholds], crossed: [...row.crossed] },
    lookedAt: row.lookedAt?.toISOString() ?? null,
  };
}

@Injectable()
export class BudgetsRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: ConfinedSql, query: BudgetQuery): Promise<BudgetRow[]> {
    const rows = await sql.query<Stored>(
      `select ${columns} from budget b
        where b.organization_id = $1 and ($2::uuid is null or b.id > $2) order by b.id limit $3`,
      [query.organization, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
    return rows.map(rowOf);
  }

  async find(sql: Sql, id: string): Promise<BudgetRow | undefined> {
    const row = await sql.queryOne<Stored>(`select ${columns} from budget b where b.id = $1`, [id]);
    return row && rowOf(row);
  }

  async lock(tx: Tx, id: string): Promise<BudgetRow | undefined> {
    await tx.query('select from budget where id = $1 for update', [id]);
    return this.find(tx, id);
  }

  /** One that is due and that no other replica looks at. */
  async claim(tx: Tx, now: Date): Promise<BudgetRow | undefined> {
    const [due] = await tx.query<{ id: string }>(
      // eslint-disable-next-line berth/tenant-query -- a reconciler looks for what is due, whosever it is
      'select id from budget where due_at <= $1 order by due_at limit 1 for update skip locked',
      [now],
    );
    return due && this.find(tx, due.id);
  }

  async insert(tx: Tx, row: BudgetRow, dueAt: Date): Promise<void> {
    await tx.query(
      `insert into budget (id, organization_id, project_id, environment_id, name, amount, currency, thresholds, is_cap,
                           grace_minutes, month, due_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        ...[row.id, row.organizationId, row.projectId, row.environmentId, row.name, row.amount.toString()],
        ...[row.currency, row.thresholds, row.isCap, row.graceMinutes, row.month, dueAt],
      ],
    );
  }

  async update(tx: Tx, row: BudgetRow, dueAt: Date): Promise<void> {
    await tx.query(
      `update budget set name = $2, amount = $3, thresholds = $4, is_cap = $5, grace_minutes = $6, due_at = $7
        where id = $1`,
      [row.id, row.name, row.amount.toString(), row.thresholds, row.isCap, row.graceMinutes, dueAt],
    );
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from budget where id = $1', [id]);
  }

  /** False when it was told before. */
  async alert(tx: Tx, id: string, month: string, threshold: number): Promise<boolean> {
    const rows = await tx.query(
      'insert into budget_alert (budget_id, month, threshold) values ($1, $2, $3) on conflict do nothing returning 1 as told',
      [id, month, threshold],
    );
    return rows.length > 0;
  }

  async looked(tx: Tx, row: BudgetRow, dueAt: Date): Promise<void> {
    await tx.query(
      `update budget set month = $2, spent = $3, forecast = $4, looked_at = $5, stage = $6, stage_at = $7, due_at = $8
        where id = $1`,
      [
        ...[row.id, row.month, row.spent.toString(), row.forecast.toString(), row.lookedAt, row.stage, row.stageAt],
        dueAt,
      ],
    );
  }
}
