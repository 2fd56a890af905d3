import { type CorrectedLine, identityOf } from '@berth/billing';
import type { AcceptedEvent, Invoice, InvoiceQuery, InvoiceSummary } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type InvoiceEnd, invoiceEnds } from './invoice-state.js';

export interface NewInvoice extends Pick<Invoice, 'id' | 'organizationId' | 'number' | 'month' | 'currency' | 'due'> {
  readonly issuer: string;
  readonly issuedAt: Date;
  readonly periodTo: Date;
  readonly document: string;
  readonly sha256: string;
  readonly cut: string;
  readonly rated: readonly CorrectedLine[];
}

/** An invoice that later events may correct. */
export interface Correctable {
  readonly id: string;
  readonly number: string;
  readonly document: string;
  /** As it is with all corrections so far, and the events that they know. */
  readonly rated: readonly CorrectedLine[];
  readonly ratedCut: string;
}

/** Where periods end: after a moment and, unless it is null, not after another. */
export interface Ending {
  readonly since: Date;
  readonly until: Date | null;
}

type CorrectableRow = Omit<Correctable, 'rated'> & { readonly rated: (CorrectedLine & { amount: unknown })[] };

const correctableOf = ({ rated, ...row }: CorrectableRow): Correctable => ({
  ...row,
  rated: rated.map((line) => ({ ...line, amount: BigInt(line.amount) })),
});

type Row<T> = { readonly [K in keyof T]: K extends 'issuedAt' | 'paidAt' | 'voidedAt' ? Date | null : T[K] };

const summary = `id, organization_id as "organizationId", number, month, status, currency, due, issued_at as "issuedAt",
  paid_at as "paidAt", voided_at as "voidedAt",
  (select n.number from credit_note n where n.invoice_id = invoice.id) as "creditNote"`;

const told = <T extends InvoiceSummary>({ issuedAt, paidAt, voidedAt, ...row }: Row<T>): T =>
  ({
    ...row,
    issuedAt: issuedAt?.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
    voidedAt: voidedAt?.toISOString() ?? null,
  }) as T;

const storable = (lines: readonly CorrectedLine[]): string =>
  JSON.stringify(lines.map((line) => ({ ...identityOf(line), amount: `${line.amount}` })));

@Injectable()
export class InvoicesRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: ConfinedSql, query: InvoiceQuery): Promise<InvoiceSummary[]> {
    const rows = await sql.query<Row<InvoiceSummary>>(
      `select ${summary} from invoice
        where organization_id = $1 and ($2::text is null or number = $2) and ($3::uuid is null or id > $3)
        order by id limit $4`,
      [query.organization, query.number ?? null, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
    return rows.map(told<InvoiceSummary>);
  }

  async find(sql: Sql, id: string): Promise<Invoice | undefined> {
    const row = await sql.queryOne<Row<Invoice>>(`select ${summary}, document, sha256 from invoice where id = $1`, [
      id,
    ]);
    return row && told<Invoice>(row);
  }

  /** The events that an invoice follows from, one more than asked for. */
  async events(sql: ConfinedSql, id: string, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const rows = await sql.query<Omit<AcceptedEvent, 'time'> & { time: Date }>(
      `select e.seq::text as sequence, e.source, e.id, e.epoch, e.is_snapshot as "isSnapshot", e.time, e.data
         from invoice i
         join metered_workload w on w.organization_id = i.organization_id
         join accepted_event e on e.workload_id = w.workload_id and e.seq <= i.cut
        where i.id = $1 and e.seq > $2 order by e.seq limit $3`,
      [id, decodeCursor(cursor, 'place') ?? '0', limit + 1],
    );
    return rows.map(({ time, ...row }): AcceptedEvent => ({ ...row, time: time.toISOString() }));
  }

  /** The last event of an organization that was accepted. */
  async cut(sql: ConfinedSql, organizationId: string): Promise<string> {
    const [row] = await sql.query<{ cut: string }>(
      'select coalesce(max(accepted_seq), 0)::text as cut from metered_workload where organization_id = $1',
      [organizationId],
    );
    return row?.cut ?? '0';
  }

  /** Without gaps, because the issuer's row stays locked until the invoice is committed. */
  async nextNumber(tx: Tx, issuer: string): Promise<string> {
    const [row] = await tx.query<{ number: string }>(
      `insert into invoice_issuer as i (issuer, last_number) values ($1, 1)
       on conflict (issuer) do update set last_number = i.last_number + 1 returning last_number::text as number`,
      [issuer],
    );
    return `${issuer}-${(row?.number ?? '').padStart(6, '0')}`;
  }

  async insert(tx: Tx, invoice: NewInvoice): Promise<void> {
    await tx.query(
      `insert into invoice (id, organization_id, month, number, issuer, status, currency, due, issued_at, period_to,
                            document, sha256, cut, rated, rated_cut)
       values ($1, $2, $3, $4, $5, 'issued', $6, $7, $8, $9, $10, $11, $12, $13, $12)`,
      [
        ...[invoice.id, invoice.organizationId, invoice.month, invoice.number, invoice.issuer],
        ...[invoice.currency, invoice.due, invoice.issuedAt, invoice.periodTo],
        ...[invoice.document, invoice.sha256, invoice.cut, storable(invoice.rated)],
      ],
    );
  }

  /** Months that have an invoice, void or not. */
  async months(tx: Tx, organizationId: string): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ month: string }>('select month from invoice where organization_id = $1', [
      organizationId,
    ]);
    return new Set(rows.map(({ month }) => month));
  }

  /** Invoices of periods that end there, and hold. */
  async correctable(tx: Tx, organizationId: string, { since, until }: Ending): Promise<Correctable[]> {
    const rows = await tx.query<CorrectableRow>(
      `select id, number, document, rated, rated_cut::text as "ratedCut" from invoice
        where organization_id = $1 and period_to > $2 and ($3::timestamptz is null or period_to <= $3) and status <> 'void'
        order by period_to`,
      [organizationId, since, until],
    );
    return rows.map(correctableOf);
  }

  /** Of these numbers, invoices that hold. */
  async numbered(tx: Tx, organizationId: string, numbers: readonly string[]): Promise<Correctable[]> {
    const rows = await tx.query<CorrectableRow>(
      `select id, number, document, rated, rated_cut::text as "ratedCut" from invoice
        where organization_id = $1 and number = any($2) and status <> 'void'`,
      [organizationId, numbers],
    );
    return rows.map(correctableOf);
  }

  async corrected(tx: Tx, id: string, rated: readonly CorrectedLine[], cut: string): Promise<void> {
    await tx.query('update invoice set rated = $2, rated_cut = $3 where id = $1', [id, storable(rated), cut]);
  }

  /** False when it is not open any more. */
  async end(tx: Tx, id: string, end: InvoiceEnd, now: Date): Promise<boolean> {
    const { from, to, at } = invoiceEnds[end];
    const rows = await tx.query(
      `update invoice set status = $3, ${at} = $4 where id = $1 and status = $2 returning id`,
      [id, from, to, now],
    );
    return rows.length > 0;
  }
}
