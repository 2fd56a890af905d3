import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';
import type { PresentedToken } from './refresh.js';
import type { SessionRecord } from './session.js';

const columns = `id, user_id as "userId", user_agent as "userAgent", address, created_at as "createdAt",
  last_used_at as "lastUsedAt", expires_at as "expiresAt", revoked_at as "revokedAt", second_factor as "secondFactor"`;

/** Whose session a refresh token continues. */
export interface Presenter {
  readonly sessionId: string;
  readonly userId: string;
  readonly secondFactor: boolean;
}

type Presented = PresentedToken & Presenter & { readonly sessionCreatedAt: Date };

interface Use {
  readonly sessionId: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

@Injectable()
export class SessionsRepository {
  /** Also forgets the user's sessions that have ended. */
  async insert(tx: Tx, session: SessionRecord): Promise<void> {
    await tx.query(
      `with ended as (delete from session where user_id = $2 and expires_at < $4)
       insert into session (id, user_id, user_agent, created_at, proven_at, last_used_at, expires_at, second_factor, address)
       values ($1, $2, $3, $4, $4, $5, $6, $7, $8)`,
      [
        session.id,
        session.userId,
        session.userAgent,
        session.createdAt,
        session.lastUsedAt,
        session.expiresAt,
        session.secondFactor,
        session.address,
      ],
    );
  }

  async addToken(tx: Tx, sessionId: string, token: string, now: Date): Promise<void> {
    await tx.query('insert into refresh_token (token_hash, session_id, created_at) values ($1, $2, $3)', [
      hashToken(token),
      sessionId,
      now,
    ]);
  }

  /** The row lock on the session makes those who present tokens of one family take turns. */
  async present(tx: Tx, token: string, successor: string): Promise<Presented | undefined> {
    const [family] = await tx.query<{ id: string }>(
      `select id from session where id = (select session_id from refresh_token where token_hash = $1) for update`,
      [hashToken(token)],
    );
    if (!family) return undefined;
    const [row] = await tx.query<Presented>(
      `select token.used_at as "usedAt", session.id as "sessionId", session.user_id as "userId",
              session.second_factor as "secondFactor",
              session.created_at as "sessionCreatedAt", session.expires_at as "sessionExpiresAt", session.revoked_at as "sessionRevokedAt",
              coalesce(successor.used_at is not null, false) as "successorUsed"
         from refresh_token token
         join session on session.id = token.session_id
         left join refresh_token successor on successor.token_hash = $2
        where token.token_hash = $1`,
      [hashToken(token), hashToken(successor)],
    );
    return row;
  }

  /** @param use the session goes on with it, until `expiresAt` unless it is used again */
  async exchange(tx: Tx, token: string, successor: string, use: Use): Promise<void> {
    const { sessionId, now, expiresAt } = use;
    await tx.query(
      `with used as (update refresh_token set used_at = $3 where token_hash = $1),
            session as (update session set last_used_at = $3, expires_at = $5 where id = $4)
       insert into refresh_token (token_hash, session_id, created_at) values ($2, $4, $3)`,
      [hashToken(token), hashToken(successor), now, sessionId, expiresAt],
    );
  }

  /** False when it was revoked before, or never was. */
  async revoke(tx: Tx, userId: string, sessionId: string, now: Date): Promise<boolean> {
    const rows = await tx.query(
      `with tokens as (delete from refresh_token where session_id = $2 and exists
         (select from session where id = $2 and user_id = $1))
       update session set revoked_at = $3 where id = $2 and user_id = $1 and revoked_at is null returning id`,
      [userId, sessionId, now],
    );
    return rows.length > 0;
  }

  /** Ids of those that were not revoked; whoever refreshes one of them meanwhile waits. */
  async open(tx: Tx, userId: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'select id from session where user_id = $1 and revoked_at is null order by id for update',
      [userId],
    );
    return rows.map(({ id }) => id);
  }

  /** False when it was ended. Whoever ends it meanwhile waits. */
  async holdOpen(tx: Tx, sessionId: string): Promise<boolean> {
    const rows = await tx.query('select id from session where id = $1 and revoked_at is null for share', [sessionId]);
    return rows.length > 0;
  }

  /** Those that are still good, oldest first. */
  list(sql: Sql, userId: string, now: Date, after: string | null, limit: number): Promise<SessionRecord[]> {
    return sql.query<SessionRecord>(
      `select ${columns} from session
        where user_id = $1 and revoked_at is null and expires_at > $2 and ($3::uuid is null or id > $3)
        order by id limit $4`,
      [userId, now, after, limit],
    );
  }
}
