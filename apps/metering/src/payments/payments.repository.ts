import type { Payment, PaymentQuery } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface NewPayment extends Pick<Payment, 'id' | 'invoiceId' | 'organizationId' | 'attempt' | 'provider'> {
  readonly amount: string;
  readonly currency: string;
  readonly askedAt: Date;
  readonly dueAt: Date;
}

/** One that is being looked at. */
export type Claimed = Payment & { readonly looks: number; readonly invoiceStatus: 'issued' | 'paid' | 'void' };

export interface Waiting {
  readonly reference: string | null;
  readonly payAt: string | null;
  readonly failure: string | null;
  readonly dueAt: Date;
}

type Row<T> = { readonly [K in keyof T]: K extends 'askedAt' | 'endedAt' | 'nextLookAt' ? Date | null : T[K] };

const columns = `p.id, p.invoice_id as "invoiceId", i.number, p.organization_id as "organizationId", p.attempt, p.provider,
  p.amount, p.currency, p.state, p.reference, p.pay_at as "payAt", p.failure, p.is_surplus as "isSurplus",
  p.asked_at as "askedAt", p.ended_at as "endedAt", p.due_at as "nextLookAt"`;
const isOpen = `state in ('asked', 'pending')`;

const told = <T extends Payment>({ askedAt, endedAt, nextLookAt, ...row }: Row<T>): T =>
  ({
    ...row,
    askedAt: askedAt?.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    nextLookAt: nextLookAt?.toISOString() ?? null,
  }) as T;

@Injectable()
export class PaymentsRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: ConfinedSql, { organization, invoice, limit, cursor }: PaymentQuery): Promise<Payment[]> {
    const rows = await sql.query<Row<Payment>>(
      `select ${columns} from payment p join invoice i on i.id = p.invoice_id
        where p.organization_id = $1 and ($2::uuid is null or p.invoice_id = $2) and ($3::uuid is null or p.id > $3)
        order by p.id limit $4`,
      [organization, invoice ?? null, decodeCursor(cursor, 'id'), limit + 1],
    );
    return rows.map(told<Payment>);
  }

  /** The newest attempt of an invoice. */
  async newest(sql: Sql, invoiceId: string): Promise<Payment | undefined> {
    const [row] = await sql.query<Row<Payment>>(
      `select ${columns} from payment p join invoice i on i.id = p.invoice_id
        where p.invoice_id = $1 order by p.attempt desc limit 1`,
      [invoiceId],
    );
    return row && told<Payment>(row);
  }

  /** Nothing when the invoice has that attempt, or an open one, already. */
  async insert(tx: Tx, payment: NewPayment): Promise<void> {
    await tx.query(
      `insert into payment (id, invoice_id, organization_id, attempt, provider, amount, currency, state, asked_at, due_at)
       values ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9) on conflict do nothing`,
      [
        ...[payment.id, payment.invoiceId, payment.organizationId, payment.attempt, payment.provider],
        ...[payment.amount, payment.currency, payment.askedAt, payment.dueAt],
      ],
    );
  }

  /** The longest due, for whoever claims them alone until `until`: if he ends before he says what he saw, they are due again. */
  async claim(tx: Tx, now: Date, until: Date, provider: Payment['provider'], limit: number): Promise<Claimed[]> {
    const rows = await tx.query<Row<Claimed>>(
      // eslint-disable-next-line berth/tenant-query -- a reconciler looks for what is due, whosever it is
      `with due as (
         select id from payment where due_at <= $1 and provider = $3 order by due_at limit $4 for update skip locked)
       update payment p set due_at = $2, looks = p.looks + 1
         from due, invoice i where p.id = due.id and i.id = p.invoice_id
       returning ${columns}, p.looks, i.status as "invoiceStatus"`,
      [now, until, provider, limit],
    );
    return rows.map(told<Claimed>);
  }

  /** Until the end of the transaction nobody else ends it. False when another one has claimed it meanwhile, or it is over. */
  async hold(tx: Tx, { id, looks }: Pick<Claimed, 'id' | 'looks'>): Promise<boolean> {
    const rows = await tx.query(`select from payment where id = $1 and looks = $2 and ${isOpen} for update`, [
      ...[id, looks],
    ]);
    return rows.length > 0;
  }

  async wait(tx: Tx, id: string, { reference, payAt, failure, dueAt }: Waiting): Promise<void> {
    await tx.query(
      `update payment set reference = coalesce($2, reference), pay_at = $3, failure = $4, due_at = $5,
              state = case when coalesce($2, reference) is null then 'asked' else 'pending' end
        where id = $1`,
      [id, reference, payAt, failure, dueAt],
    );
  }

  async end(
    tx: Tx,
    id: string,
    end: Pick<Payment, 'state' | 'reference' | 'failure' | 'isSurplus'>,
    now: Date,
  ): Promise<void> {
    await tx.query(
      `update payment set state = $2, reference = coalesce($3, reference), failure = $4, is_surplus = $5, ended_at = $6,
              pay_at = null, due_at = null
        where id = $1`,
      [id, end.state, end.reference, end.failure, end.isSurplus, now],
    );
  }

  /** Looked at as soon as somebody can; what is looked at right now counts for nothing and is looked at once more. */
  async lookNow(tx: Tx, by: { readonly reference: string } | { readonly invoiceId: string }, now: Date): Promise<void> {
    const [column, value] = 'reference' in by ? ['reference', by.reference] : ['invoice_id', by.invoiceId];
    await tx.query(
      // eslint-disable-next-line berth/tenant-query -- the column is the id of an invoice or the reference that the provider knows it by
      `update payment set due_at = $2, looks = case looks when 0 then 0 else looks + 1 end where ${column} = $1 and ${isOpen}`,
      [value, now],
    );
  }
}
