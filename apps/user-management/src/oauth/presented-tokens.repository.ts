import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';

/** The session, API token or secret that a token stands for. */
export interface Standing {
  readonly kind: 'session' | 'api-token' | 'organization-token' | 'client-secret';
  readonly id: string;
  readonly subjectId: string;
  readonly expiresAt: Date;
  readonly scopes: readonly string[];
}

/** Everything that tokens can stand for, as long as it is good. $2: now. */
const standing = `
  select 'session' as kind, id, user_id as "subjectId", expires_at as "expiresAt", '["*"]'::jsonb as scopes
    from session where revoked_at is null and expires_at > $2
  union all
  select 'api-token', id, user_id, expires_at, scopes from api_token where expires_at > $2
  union all
  select 'organization-token', id, id, expires_at, scopes from organization_token where expires_at > $2
  union all
  select 'client-secret', id, service_account_id, expires_at, '["*"]' from client_secret where expires_at > $2`;

/** Looks at what is stored, which is more current than what any service has heard. */
@Injectable()
export class PresentedTokensRepository {
  /** What an access token was issued from, by the session that it names. */
  async behind(sql: Sql, sessionId: string, now: Date): Promise<Standing | undefined> {
    const [found] = await sql.query<Standing>(`select * from (${standing}) as good where id = $1`, [sessionId, now]);
    return found;
  }

  /** What a refresh token continues, unless it was exchanged already, or what an API token is. */
  async opaque(sql: Sql, token: string, now: Date): Promise<Standing | undefined> {
    const [found] = await sql.query<Standing>(
      `select * from (${standing}) as good
        where id = coalesce((select session_id from refresh_token where token_hash = $1 and used_at is null),
                            (select id from api_token where token_hash = $1),
                            (select id from organization_token where token_hash = $1))`,
      [hashToken(token), now],
    );
    return found;
  }

  /** Whether somebody has a role in the organization that a service account belongs to, or is that account. */
  async isNeighbour(sql: Sql, serviceAccountId: string, subjectId: string): Promise<boolean> {
    const rows = await sql.query(
      `select from membership join service_account account using (organization_id)
        where account.id = $1 and membership.user_id = $2 limit 1`,
      [serviceAccountId, subjectId],
    );
    return rows.length > 0;
  }
}
