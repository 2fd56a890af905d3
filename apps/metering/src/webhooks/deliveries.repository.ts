import type { WebhookDelivery, WebhookDeliveryQuery } from '@berth/contracts/metering';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Judged } from './attempts.js';

export interface NewDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly type: string;
  readonly payload: string;
}

/** One that is being sent, with what it takes. */
export interface Sending {
  readonly id: string;
  readonly webhookId: string;
  readonly url: string;
  readonly payload: string;
  /** With this one. */
  readonly attempts: number;
  /** Sealed. */
  readonly secret: Buffer;
  /** Sealed; null: none that still holds. */
  readonly formerSecret: Buffer | null;
}

type Row = Omit<WebhookDelivery, 'createdAt' | 'nextAttemptAt'> & { createdAt: Date; nextAttemptAt: Date | null };

const columns = `id, webhook_id as "webhookId", type, state, attempts, failure, created_at as "createdAt",
  case when state = 'pending' then due_at end as "nextAttemptAt"`;
const told = (row: Row): WebhookDelivery => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
});

@Injectable()
export class DeliveriesRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: Sql, webhookId: string, { state, limit, cursor }: WebhookDeliveryQuery): Promise<WebhookDelivery[]> {
    const rows = await sql.query<Row>(
      `select ${columns} from webhook_delivery
        where webhook_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or id > $3)
        order by id limit $4`,
      [webhookId, state ?? null, decodeCursor(cursor, 'id'), limit + 1],
    );
    return rows.map(told);
  }

  async find(sql: Sql, webhookId: string, id: string): Promise<WebhookDelivery | undefined> {
    const [row] = await sql.query<Row>(`select ${columns} from webhook_delivery where webhook_id = $1 and id = $2`, [
      ...[webhookId, id],
    ]);
    return row && told(row);
  }

  async insert(tx: Tx, { id, webhookId, eventId, type, payload }: NewDelivery, now: Date): Promise<void> {
    await tx.query(
      `insert into webhook_delivery (id, webhook_id, event_id, type, payload, due_at, created_at)
       values ($1, $2, $3, $4, $5, $6, $6) on conflict (webhook_id, event_id) do nothing`,
      [id, webhookId, eventId, type, payload, now],
    );
  }

  /** The longest due, for whoever claims it alone until `until`: if he ends before he says how it went, it is due again. */
  async claim(tx: Tx, now: Date, until: Date, limit: number): Promise<Sending[]> {
    return tx.query<Sending>(
      `with due as (
         select id from webhook_delivery where state = 'pending' and due_at <= $1
          order by due_at limit $3 for update skip locked)
       update webhook_delivery d set due_at = $2, attempts = d.attempts + 1
         from due, webhook w where d.id = due.id and w.id = d.webhook_id
       returning d.id, d.webhook_id as "webhookId", w.url, d.payload, d.attempts, w.secret,
                 case when w.former_until > $1 then w.former_secret end as "formerSecret"`,
      [now, until, limit],
    );
  }

  /** Nothing when another one has claimed it meanwhile. */
  async end(sql: Sql, { id, attempts }: Sending, judged: Judged, now: Date): Promise<void> {
    const wait = judged.state === 'pending' ? judged.waitSeconds : 0;
    const failure = judged.state === 'delivered' ? null : judged.failure;
    await sql.query(
      `update webhook_delivery set state = $3, failure = $4, due_at = $5
        where id = $1 and attempts = $2 and state = 'pending'`,
      [id, attempts, judged.state, failure, new Date(now.getTime() + wait * 1_000)],
    );
  }

  /** What was told, or given up, before a moment. */
  async forget(sql: Sql, before: Date): Promise<void> {
    await sql.query(`delete from webhook_delivery where state <> 'pending' and created_at < $1`, [before]);
  }

  /** Sent again from the first attempt on. */
  async replay(tx: Tx, id: string, now: Date): Promise<void> {
    await tx.query(
      `update webhook_delivery set state = 'pending', attempts = 0, failure = null, due_at = $2 where id = $1`,
      [id, now],
    );
  }
}
