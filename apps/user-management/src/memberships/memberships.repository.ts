import type { MemberRole } from '@berth/contracts/events';
import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { usernameOf } from '../users/usernames.repository.js';
import type { MemberRecord, MembershipRecord } from './membership.js';

const columns = `membership.id, organization_id as "organizationId", user_id as "userId",
  json_build_object('kind', scope_kind, 'id', scope_id) as scope, role, role_id as "roleId", membership.generation,
  membership.created_at as "createdAt", email, ${usernameOf('membership.user_id')} as username, app_user.display_name as "displayName"`;
const source = 'membership join app_user on app_user.id = membership.user_id';

@Injectable()
export class MembershipsRepository {
  /** All writes to an organization's members take turns, so that two owners cannot remove each other at once. */
  async lock(tx: Tx, organizationId: string): Promise<void> {
    await tx.query('select id from organization where id = $1 for update', [organizationId]);
  }

  /** Who has that address, if they have a role in the organization, wherever in it. */
  async memberWith(sql: ConfinedSql, organizationId: string, email: string): Promise<string | undefined> {
    const [user] = await sql.query<{ id: string }>(
      `select app_user.id from ${source} where email = $2 and organization_id = $1 limit 1`,
      [organizationId, email],
    );
    return user?.id;
  }

  /**
   * False when the user has a role on that scope already.
   * @param providerId the identity provider whose word it follows, until somebody changes it by hand
   */
  async insert(
    tx: Tx,
    membership: Omit<MembershipRecord, 'generation' | 'roleId'> & Partial<Pick<MembershipRecord, 'roleId'>>,
    providerId: string | null = null,
  ): Promise<boolean> {
    const { id, organizationId, userId, scope, role, roleId = null, createdAt } = membership;
    const rows = await tx.query(
      `insert into membership (id, organization_id, user_id, scope_kind, scope_id, role, created_at, provider_id, role_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [id, organizationId, userId, scope.kind, scope.id, role, createdAt, providerId, roleId],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, id: string): Promise<MemberRecord | undefined> {
    const member = await sql.queryOne<MemberRecord>(`select ${columns} from ${source} where membership.id = $1`, [id]);
    return member;
  }

  /** @param whose without a user: everybody's */
  list(
    sql: ConfinedSql,
    { organization, user }: { organization: string; user: string | null },
    after: string | null,
    limit: number,
  ): Promise<MemberRecord[]> {
    return sql.query<MemberRecord>(
      `select ${columns} from ${source} where organization_id = $1 and ($2::uuid is null or membership.id > $2)
          and ($4::uuid is null or membership.user_id = $4)
        order by membership.id limit $3`,
      [organization, after, limit, user],
    );
  }

  /** Everything there is, for a snapshot. */
  ofOrganization(
    sql: ConfinedSql,
    organizationId: string,
  ): Promise<Pick<MembershipRecord, 'userId' | 'scope' | 'role' | 'roleId'>[]> {
    return sql.query(
      `select user_id as "userId", json_build_object('kind', scope_kind, 'id', scope_id) as scope, role,
              role_id as "roleId"
         from membership where organization_id = $1 order by id`,
      [organizationId],
    );
  }

  /** What a user has on the whole organization. */
  async onOrganization(
    tx: Tx,
    organizationId: string,
    userId: string,
  ): Promise<{ id: string; role: MemberRole; providerId: string | null } | undefined> {
    const [found] = await tx.query<{ id: string; role: MemberRole; providerId: string | null }>(
      `select id, role, provider_id as "providerId" from membership
        where organization_id = $1 and user_id = $2 and scope_kind = 'organization'`,
      [organizationId, userId],
    );
    return found;
  }

  /** @param providerId see `insert` */
  async setRole(
    tx: Tx,
    id: string,
    { role, roleId }: Pick<MembershipRecord, 'role' | 'roleId'>,
    providerId: string | null = null,
  ): Promise<void> {
    await tx.query(
      'update membership set role = $2, role_id = $3, provider_id = $4, generation = generation + 1 where id = $1',
      [id, role, roleId, providerId],
    );
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from membership where id = $1', [id]);
  }

  /** Whether somebody else who can log in owns the organization, too. */
  async hasOwnerBeside(tx: Tx, { id, organizationId }: MembershipRecord): Promise<boolean> {
    const rows = await tx.query(
      `select membership.id from membership join app_user on app_user.id = user_id
        where organization_id = $1 and scope_kind = 'organization' and role = 'owner' and membership.id <> $2
          and state = 'active' limit 1`,
      [organizationId, id],
    );
    return rows.length > 0;
  }
}
