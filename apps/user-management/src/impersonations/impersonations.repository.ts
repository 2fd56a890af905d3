import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ImpersonationRecord } from './impersonation.js';

const columns = `id, user_id as "userId", administrator_id as "administratorId", reason, state,
  created_at as "createdAt", expires_at as "expiresAt"`;

@Injectable()
export class ImpersonationsRepository {
  /** Also forgets those that have ended so long ago that no token of them is good: until then it ends with its session. */
  async insert(tx: Tx, record: ImpersonationRecord): Promise<void> {
    const { id, userId, administratorId, reason, createdAt, expiresAt } = record;
    await tx.query(
      `with ended as (delete from impersonation where expires_at < $5::timestamptz - interval '1 hour')
       insert into impersonation (id, user_id, administrator_id, reason, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, userId, administratorId, reason, createdAt, expiresAt],
    );
  }

  /** One that an administrator asked for and that has not ended; held until the commit. */
  async lockAskedBy(tx: Tx, administratorId: string, id: string, now: Date): Promise<ImpersonationRecord | undefined> {
    const [found] = await tx.query<ImpersonationRecord>(
      `select ${columns} from impersonation
        where id = $1 and administrator_id = $2 and expires_at > $3 for update`,
      [id, administratorId, now],
    );
    return found;
  }

  listOf(sql: Sql, userId: string, now: Date, after: string | null, limit: number): Promise<ImpersonationRecord[]> {
    return sql.query<ImpersonationRecord>(
      `select ${columns} from impersonation
        where user_id = $1 and expires_at > $2 and ($3::uuid is null or id > $3) order by id limit $4`,
      [userId, now, after, limit],
    );
  }

  /** Undefined when that person was asked no such thing, has answered it, or it has ended. */
  async consent(
    tx: Tx,
    userId: string,
    id: string,
    { now, until }: { readonly now: Date; readonly until: Date },
  ): Promise<ImpersonationRecord | undefined> {
    const [consented] = await tx.query<ImpersonationRecord>(
      `update impersonation set state = 'consented', expires_at = $4
        where id = $1 and user_id = $2 and state = 'asked' and expires_at > $3 returning ${columns}`,
      [id, userId, now, until],
    );
    return consented;
  }

  async delete(tx: Tx, userId: string, id: string): Promise<ImpersonationRecord[]> {
    return tx.query<ImpersonationRecord>(
      `delete from impersonation where id = $1 and user_id = $2 returning ${columns}`,
      [id, userId],
    );
  }

  /** What the tokens end with that are given out in this session. */
  async look(tx: Tx, id: string, sessionId: string): Promise<void> {
    await tx.query(
      `update impersonation set looked_in = looked_in || $2::uuid where id = $1 and $2::uuid <> all (looked_in)`,
      [id, sessionId],
    );
  }

  async deleteLookedIn(tx: Tx, administratorId: string, sessionId: string): Promise<ImpersonationRecord[]> {
    return tx.query<ImpersonationRecord>(
      `delete from impersonation where administrator_id = $1 and $2::uuid = any (looked_in) returning ${columns}`,
      [administratorId, sessionId],
    );
  }

  /** Those of a person, and those by an administrator. */
  async deleteAllOf(tx: Tx, userId: string): Promise<ImpersonationRecord[]> {
    return tx.query<ImpersonationRecord>(
      `delete from impersonation where user_id = $1 or administrator_id = $1 returning ${columns}`,
      [userId],
    );
  }
}
