import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { hashToken } from '../sealing/opaque-token.js';
import type { InvitationRecord } from './invitation.js';

const columns = `id, organization_id as "organizationId", email,
  json_build_object('kind', scope_kind, 'id', scope_id) as scope, role, expires_at as "expiresAt", created_at as "createdAt"`;

@Injectable()
export class InvitationsRepository {
  /** False when the address is invited there already. An invitation that has ended gives way. */
  async insert(tx: Tx, invitation: InvitationRecord, token: string): Promise<boolean> {
    const { id, organizationId, email, scope, role, expiresAt, createdAt } = invitation;
    await tx.query('delete from invitation where organization_id = $1 and expires_at < $2', [
      organizationId,
      createdAt,
    ]);
    const rows = await tx.query(
      `insert into invitation (id, organization_id, email, scope_kind, scope_id, role, token_hash, expires_at, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [id, organizationId, email, scope.kind, scope.id, role, hashToken(token), expiresAt, createdAt],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, id: string): Promise<InvitationRecord | undefined> {
    const found = await sql.queryOne<InvitationRecord>(`select ${columns} from invitation where id = $1`, [id]);
    return found;
  }

  list(sql: ConfinedSql, organizationId: string, after: string | null, limit: number): Promise<InvitationRecord[]> {
    return sql.query<InvitationRecord>(
      `select ${columns} from invitation where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [organizationId, after, limit],
    );
  }

  /** The former token is worthless from now on. False when the invitation is gone. */
  async renew(tx: Tx, id: string, token: string, expiresAt: Date): Promise<boolean> {
    const rows = await tx.query('update invitation set token_hash = $2, expires_at = $3 where id = $1 returning id', [
      id,
      hashToken(token),
      expiresAt,
    ]);
    return rows.length > 0;
  }

  /** Uses the token up. */
  async take(tx: Tx, token: string, now: Date): Promise<InvitationRecord | undefined> {
    const [taken] = await tx.query<InvitationRecord>(
      `delete from invitation where token_hash = $1 and expires_at > $2 returning ${columns}`,
      [hashToken(token), now],
    );
    return taken;
  }

  async delete(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query('delete from invitation where id = $1 returning id', [id])).length > 0;
  }
}
