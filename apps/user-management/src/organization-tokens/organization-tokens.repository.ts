import type { Scope } from '@berth/contracts/events';
import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';
import type { OrganizationTokenRecord } from './organization-token.js';

const columns = `token.id, token.organization_id as "organizationId", name, prefix, scopes, created_by as "createdBy",
  token.created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt", role,
  json_build_object('kind', scope_kind, 'id', scope_id) as scope`;
/** Its role is a membership as that of a person: services are told of both alike. */
const source = `organization_token token
  join membership on membership.organization_id = token.organization_id and membership.user_id = token.id`;

type UsedToken = Pick<OrganizationTokenRecord, 'id' | 'expiresAt'> & { readonly scopes: string[] };

/** A role that was taken away, with the membership's id. */
export interface EndedRole {
  readonly membershipId: string;
  readonly role: OrganizationTokenRecord['role'];
  readonly scope: Scope;
}

@Injectable()
export class OrganizationTokensRepository {
  async insert(tx: Tx, record: OrganizationTokenRecord, token: string): Promise<void> {
    const { id, organizationId, name, prefix, scopes, createdBy, createdAt, expiresAt } = record;
    await tx.query(
      `insert into organization_token
         (id, organization_id, name, prefix, scopes, created_by, created_at, expires_at, token_hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, organizationId, name, prefix, JSON.stringify(scopes), createdBy, createdAt, expiresAt, hashToken(token)],
    );
  }

  /** Those of an organization, and until when each is good. */
  ends(tx: Tx, organizationId: string): Promise<{ id: string; expiresAt: Date }[]> {
    return tx.query('select id, expires_at as "expiresAt" from organization_token where organization_id = $1', [
      organizationId,
    ]);
  }

  /** Those of every organization that are good no longer, as many as are worked off in a while. */
  async ended(sql: Sql, now: Date): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      // eslint-disable-next-line berth/tenant-query -- those that have ended end in every organization
      'select id from organization_token where expires_at <= $1 order by expires_at, id limit 100',
      [now],
    );
    return rows.map(({ id }) => id);
  }

  /** When one ends next; null when there is none. */
  async nextEnd(sql: Sql): Promise<Date | null> {
    // eslint-disable-next-line berth/tenant-query -- those that have ended end in every organization
    const [row] = await sql.query<{ at: Date | null }>('select min(expires_at) as at from organization_token');
    return row?.at ?? null;
  }

  /** Within one organization: whoever asks has shown that it may. */
  list(
    sql: ConfinedSql,
    organizationId: string,
    after: string | null,
    limit: number,
  ): Promise<OrganizationTokenRecord[]> {
    return sql.query<OrganizationTokenRecord>(
      `select ${columns} from ${source}
        where token.organization_id = $1 and ($2::uuid is null or token.id > $2) order by token.id limit $3`,
      [organizationId, after, limit],
    );
  }

  async find(sql: Sql, id: string): Promise<OrganizationTokenRecord | undefined> {
    const found = await sql.queryOne<OrganizationTokenRecord>(`select ${columns} from ${source} where token.id = $1`, [
      id,
    ]);
    return found;
  }

  /** Finds a token that is good now, and remembers to the minute that it was used. */
  async use(sql: Sql, token: string, now: Date): Promise<UsedToken | undefined> {
    const [found] = await sql.query<UsedToken>(
      `with used as (
         update organization_token set last_used_at = $2
          where token_hash = $1 and expires_at > $2
            and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute'))
       select id, scopes, expires_at as "expiresAt" from organization_token where token_hash = $1 and expires_at > $2`,
      [hashToken(token), now],
    );
    return found;
  }

  /** Takes it away with its role. Empty when there is none any more. */
  async delete(tx: Tx, id: string): Promise<EndedRole[]> {
    const roles = await tx.query<EndedRole>(
      `delete from membership using organization_token token
        where token.id = $1 and membership.organization_id = token.organization_id and membership.user_id = token.id
        returning membership.id as "membershipId", role, json_build_object('kind', scope_kind, 'id', scope_id) as scope`,
      [id],
    );
    await tx.query('delete from organization_token where id = $1', [id]);
    return roles;
  }
}
