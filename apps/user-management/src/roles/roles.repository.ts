import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { CustomRoleRecord } from './custom-role.js';

const columns = `id, organization_id as "organizationId", name, permissions, generation, created_at as "createdAt"`;

@Injectable()
export class RolesRepository {
  /** False when the organization has one of that name. */
  async insert(tx: Tx, role: CustomRoleRecord): Promise<boolean> {
    const rows = await tx.query(
      `insert into custom_role (id, organization_id, name, permissions, created_at) values ($1, $2, $3, $4, $5)
       on conflict (organization_id, name) do nothing returning id`,
      [role.id, role.organizationId, role.name, JSON.stringify(role.permissions), role.createdAt],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, id: string, lock: '' | 'for update' | 'for share' = ''): Promise<CustomRoleRecord | undefined> {
    const [found] = await sql.query<CustomRoleRecord>(`select ${columns} from custom_role where id = $1 ${lock}`, [id]);
    return found;
  }

  list(sql: ConfinedSql, organizationId: string, after: string | null, limit: number): Promise<CustomRoleRecord[]> {
    return sql.query<CustomRoleRecord>(
      `select ${columns} from custom_role where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [organizationId, after, limit],
    );
  }

  /** Everything there is, for a snapshot. */
  ofOrganization(sql: ConfinedSql, organizationId: string): Promise<CustomRoleRecord[]> {
    return sql.query<CustomRoleRecord>(`select ${columns} from custom_role where organization_id = $1 order by id`, [
      organizationId,
    ]);
  }

  async setPermissions(tx: Tx, id: string, permissions: readonly string[]): Promise<void> {
    await tx.query('update custom_role set permissions = $2, generation = generation + 1 where id = $1', [
      id,
      JSON.stringify(permissions),
    ]);
  }

  /** Whether anybody has it, by a membership or a group. */
  async isUsed(tx: Tx, { id, organizationId }: CustomRoleRecord): Promise<boolean> {
    const [row] = await tx.query<{ used: boolean }>(
      `select exists (select from membership where role_id = $1)
           or exists (select from user_group where organization_id = $2 and grants @> $3) as used`,
      [id, organizationId, JSON.stringify([{ roleId: id }])],
    );
    return row?.used ?? false;
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from custom_role where id = $1', [id]);
  }
}
