import type { Quota } from '@berth/contracts/events';
import type { MyOrganization } from '@berth/contracts/identity';
import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { likePrefix } from '../like-prefix.js';
import type { OrganizationRecord } from './organization.js';

const columns = `organization.id, slug, display_name as "displayName", organization.created_at as "createdAt",
  suspended_for as "suspendedFor", delete_at as "deleteAt", second_factor_required as "secondFactorRequired",
  organization.generation`;

export interface OwnerMembership {
  readonly membershipId: string;
  readonly userId: string;
}

@Injectable()
export class OrganizationsRepository {
  /** Inserts an organization with its owner. False when the slug is taken. */
  async insert(tx: Tx, organization: OrganizationRecord & { quota: Quota }, owner: OwnerMembership): Promise<boolean> {
    const { id, slug, displayName, quota, createdAt } = organization;
    const rows = await tx.query(
      `with organization as (
         insert into organization (id, slug, display_name, quota, created_at) values ($1, $2, $3, $4, $5)
         on conflict (slug) do nothing returning id)
       insert into membership (id, organization_id, user_id, scope_kind, scope_id, role, created_at)
       select $6, id, $7, 'organization', id, 'owner', $5 from organization returning id`,
      [id, slug, displayName, quota, createdAt, owner.membershipId, owner.userId],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, id: string, lock: '' | 'for update' = ''): Promise<OrganizationRecord | undefined> {
    const [found] = await sql.query<OrganizationRecord>(`select ${columns} from organization where id = $1 ${lock}`, [
      id,
    ]);
    return found;
  }

  listOf(sql: ConfinedSql, userId: string, after: string | null, limit: number) {
    return sql.query<OrganizationRecord & Pick<MyOrganization, 'role'>>(
      `select ${columns}, max(role) filter (where scope_kind = 'organization') as role
         from organization join membership on membership.organization_id = organization.id
        where membership.user_id = $1 and ($2::uuid is null or organization.id > $2)
        group by organization.id order by organization.id limit $3`,
      [userId, after, limit],
    );
  }

  /** Those whose slug begins so, in the order of their slugs. */
  search(sql: Sql, prefix: string, after: string | null, limit: number): Promise<OrganizationRecord[]> {
    return sql.query<OrganizationRecord>(
      `select ${columns} from organization where slug like $1 and ($2::text is null or slug > $2 collate "C")
        order by slug collate "C" limit $3`,
      [likePrefix(prefix), after, limit],
    );
  }

  async store(tx: Tx, organization: OrganizationRecord): Promise<void> {
    const { id, displayName, suspendedFor, deleteAt, secondFactorRequired } = organization;
    await tx.query(
      `update organization set display_name = $2, suspended_for = $3, delete_at = $4, second_factor_required = $5,
              generation = generation + 1 where id = $1`,
      [id, displayName, suspendedFor, deleteAt, secondFactorRequired],
    );
  }

  /** Addresses of those who can act for it. */
  async ownerAddresses(sql: ConfinedSql, id: string): Promise<string[]> {
    const rows = await sql.query<{ email: string }>(
      `select email from membership join app_user on app_user.id = user_id
        where organization_id = $1 and scope_kind = 'organization' and role = 'owner' order by email`,
      [id],
    );
    return rows.map(({ email }) => email);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from organization where id = $1', [id]);
  }

  async quota(sql: Sql, id: string, lock: '' | 'for update' = ''): Promise<Quota | undefined> {
    const row = await sql.queryOne<{ quota: Quota }>(`select quota from organization where id = $1 ${lock}`, [id]);
    return row?.quota;
  }

  async setQuota(tx: Tx, id: string, quota: Quota): Promise<void> {
    await tx.query('update organization set quota = $2 where id = $1', [id, quota]);
  }
}
