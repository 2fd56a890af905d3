import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';
import type { ClientSecretRecord } from './service-account.js';

const columns = `id, service_account_id as "serviceAccountId", prefix, created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt"`;

export type EndedSecret = Pick<ClientSecretRecord, 'id' | 'expiresAt'>;

@Injectable()
export class ClientSecretsRepository {
  async insert(tx: Tx, record: ClientSecretRecord, secret: string): Promise<void> {
    const { id, serviceAccountId, prefix, createdAt, expiresAt } = record;
    await tx.query(
      `insert into client_secret (id, service_account_id, prefix, created_at, expires_at, secret_hash)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, serviceAccountId, prefix, createdAt, expiresAt, hashToken(secret)],
    );
  }

  /** Those that are good still, oldest first. */
  of(sql: Sql, serviceAccountIds: readonly string[], now: Date): Promise<ClientSecretRecord[]> {
    return sql.query<ClientSecretRecord>(
      `select ${columns} from client_secret where service_account_id = any($1) and expires_at > $2 order by id`,
      [serviceAccountIds, now],
    );
  }

  async deleteExpired(tx: Tx, serviceAccountId: string, now: Date): Promise<void> {
    await tx.query('delete from client_secret where service_account_id = $1 and expires_at <= $2', [
      serviceAccountId,
      now,
    ]);
  }

  /** Answers how long it would have held; undefined when there was none. */
  async delete(tx: Tx, serviceAccountId: string, id: string): Promise<EndedSecret | undefined> {
    const [ended] = await tx.query<EndedSecret>(
      `delete from client_secret where id = $2 and service_account_id = $1 returning id, expires_at as "expiresAt"`,
      [serviceAccountId, id],
    );
    return ended;
  }

  /** Finds a secret of that account which is good now, and remembers to the minute that it was used. */
  async use(sql: Sql, serviceAccountId: string, secret: string, now: Date): Promise<ClientSecretRecord | undefined> {
    const [found] = await sql.query<ClientSecretRecord>(
      `with used as (
         update client_secret set last_used_at = $3
          where service_account_id = $1 and secret_hash = $2 and expires_at > $3
            and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute'))
       select ${columns} from client_secret where service_account_id = $1 and secret_hash = $2 and expires_at > $3`,
      [serviceAccountId, hashToken(secret), now],
    );
    return found;
  }
}
