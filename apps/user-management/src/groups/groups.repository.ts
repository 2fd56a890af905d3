import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { GroupRecord } from './group.js';

const columns = `id, organization_id as "organizationId", name, grants, generation, created_at as "createdAt",
  coalesce((select json_agg(user_id order by user_id) from user_group_member where group_id = user_group.id), '[]')
    as "memberIds"`;

@Injectable()
export class GroupsRepository {
  /** False when the organization has one of that name. */
  async insert(tx: Tx, group: GroupRecord): Promise<boolean> {
    const rows = await tx.query(
      `insert into user_group (id, organization_id, name, grants, created_at) values ($1, $2, $3, $4, $5)
       on conflict (organization_id, name) do nothing returning id`,
      [group.id, group.organizationId, group.name, JSON.stringify(group.grants), group.createdAt],
    );
    if (rows.length > 0) await this.setMembers(tx, group.id, group.memberIds);
    return rows.length > 0;
  }

  async find(sql: Sql, id: string): Promise<GroupRecord | undefined> {
    const found = await sql.queryOne<GroupRecord>(`select ${columns} from user_group where id = $1`, [id]);
    return found;
  }

  list(sql: ConfinedSql, organizationId: string, after: string | null, limit: number): Promise<GroupRecord[]> {
    return sql.query<GroupRecord>(
      `select ${columns} from user_group where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [organizationId, after, limit],
    );
  }

  /** Everything there is, for a snapshot. */
  ofOrganization(sql: ConfinedSql, organizationId: string): Promise<GroupRecord[]> {
    return sql.query<GroupRecord>(`select ${columns} from user_group where organization_id = $1 order by id`, [
      organizationId,
    ]);
  }

  async store(tx: Tx, { id, grants, memberIds }: GroupRecord): Promise<void> {
    await tx.query('update user_group set grants = $2, generation = generation + 1 where id = $1', [
      id,
      JSON.stringify(grants),
    ]);
    await this.setMembers(tx, id, memberIds);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from user_group where id = $1', [id]);
  }

  /** Those who are no people with a role of their own in the organization. */
  async strangers(tx: Tx, organizationId: string, userIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `select person as id from unnest($2::uuid[]) as person
        where not exists (select from membership join app_user on app_user.id = user_id
                           where organization_id = $1 and user_id = person)`,
      [organizationId, userIds],
    );
    return rows.map(({ id }) => id);
  }

  /** Ids of an organization's groups that the user is in. */
  async groupsOf(tx: Tx, organizationId: string, userId: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `select id from user_group join user_group_member on group_id = id
        where organization_id = $1 and user_id = $2 order by id`,
      [organizationId, userId],
    );
    return rows.map(({ id }) => id);
  }

  private async setMembers(tx: Tx, id: string, memberIds: readonly string[]): Promise<void> {
    await tx.query('delete from user_group_member where group_id = $1 and user_id <> all ($2::uuid[])', [
      id,
      memberIds,
    ]);
    await tx.query(
      `insert into user_group_member (group_id, user_id) select $1, unnest($2::uuid[]) on conflict do nothing`,
      [id, memberIds],
    );
  }
}
