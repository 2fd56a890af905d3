import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';
import type { ApiTokenRecord } from './api-token.js';

const columns = `id, user_id as "userId", name, prefix, scopes, created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt"`;

@Injectable()
export class ApiTokensRepository {
  /** How many a user has. The user's row is held, so that two requests at once do not both find room. */
  async count(tx: Tx, userId: string): Promise<number> {
    await tx.query('select id from app_user where id = $1 for update', [userId]);
    const [row] = await tx.query<{ n: number }>('select count(*)::int as n from api_token where user_id = $1', [
      userId,
    ]);
    return row?.n ?? 0;
  }

  async insert(tx: Tx, record: ApiTokenRecord, token: string): Promise<void> {
    const { id, userId, name, prefix, scopes, createdAt, expiresAt } = record;
    await tx.query(
      `with ended as (delete from api_token where user_id = $2 and expires_at < $6)
       insert into api_token (id, user_id, name, prefix, scopes, created_at, expires_at, token_hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, userId, name, prefix, JSON.stringify(scopes), createdAt, expiresAt, hashToken(token)],
    );
  }

  list(sql: Sql, userId: string, after: string | null, limit: number): Promise<ApiTokenRecord[]> {
    return sql.query<ApiTokenRecord>(
      `select ${columns} from api_token where user_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [userId, after, limit],
    );
  }

  /** Finds a token that is good now, of somebody who may come in, and remembers to the minute that it was used. */
  async use(sql: Sql, token: string, now: Date): Promise<ApiTokenRecord | undefined> {
    const [found] = await sql.query<ApiTokenRecord>(
      `with used as (
         update api_token set last_used_at = $2
          where token_hash = $1 and expires_at > $2
            and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute'))
       select ${columns} from api_token
        where token_hash = $1 and expires_at > $2
          and exists (select from app_user where app_user.id = user_id and state = 'active')`,
      [hashToken(token), now],
    );
    return found;
  }

  /** Answers what it could do; undefined when there was none. */
  async delete(tx: Tx, userId: string, id: string): Promise<Pick<ApiTokenRecord, 'scopes' | 'expiresAt'> | undefined> {
    const [ended] = await tx.query<Pick<ApiTokenRecord, 'scopes' | 'expiresAt'>>(
      'delete from api_token where id = $2 and user_id = $1 returning scopes, expires_at as "expiresAt"',
      [userId, id],
    );
    return ended;
  }
}
