import type { Webhook, WebhookEvent, WebhookQuery } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

type Row = Omit<Webhook, 'createdAt'> & { readonly createdAt: Date };

const columns = `id, organization_id as "organizationId", url, events, created_at as "createdAt"`;
const told = (row: Row): Webhook => ({ ...row, createdAt: row.createdAt.toISOString() });

@Injectable()
export class WebhooksRepository {
  /** One more than asked for. */
  async list(sql: ConfinedSql, { organization, limit, cursor }: WebhookQuery): Promise<Webhook[]> {
    const rows = await sql.query<Row>(
      `select ${columns} from webhook where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [organization, decodeCursor(cursor, 'id'), limit + 1],
    );
    return rows.map(told);
  }

  async find(sql: Sql, id: string): Promise<Webhook | undefined> {
    const row = await sql.queryOne<Row>(`select ${columns} from webhook where id = $1`, [id]);
    return row && told(row);
  }

  async count(sql: ConfinedSql, organizationId: string): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      'select count(*)::int as count from webhook where organization_id = $1',
      [organizationId],
    );
    return row?.count ?? 0;
  }

  async insert(tx: Tx, webhook: Webhook, secret: Buffer): Promise<void> {
    const { id, organizationId, url, events, createdAt } = webhook;
    await tx.query(
      'insert into webhook (id, organization_id, url, events, secret, created_at) values ($1, $2, $3, $4, $5, $6)',
      [id, organizationId, url, events, secret, createdAt],
    );
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from webhook where id = $1', [id]);
  }

  /** The former secret still signs until then. */
  async rotate(tx: Tx, id: string, secret: Buffer, formerUntil: Date): Promise<void> {
    await tx.query('update webhook set former_secret = secret, former_until = $3, secret = $2 where id = $1', [
      id,
      secret,
      formerUntil,
    ]);
  }

  /** Those of an organization that want to be told. */
  async wanting(tx: Tx, organizationId: string, type: WebhookEvent): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'select id from webhook where organization_id = $1 and $2 = any(events) order by id for key share',
      [organizationId, type],
    );
    return rows.map(({ id }) => id);
  }
}
