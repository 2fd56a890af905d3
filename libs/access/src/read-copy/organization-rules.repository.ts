import type { CustomRole, Group } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** What organizations define themselves, as last heard: roles, groups, and what holds for all of their members. */
@Injectable()
export class OrganizationRulesRepository {
  async suspend(tx: Tx, organizationId: string, suspended: boolean): Promise<void> {
    await tx.query('update access_organization set suspended = $2 where organization_id = $1', [
      organizationId,
      suspended,
    ]);
  }

  async requireSecondFactor(tx: Tx, organizationId: string, required: boolean): Promise<void> {
    await tx.query('update access_organization set second_factor_required = $2 where organization_id = $1', [
      organizationId,
      required,
    ]);
  }

  async setRole(tx: Tx, { organizationId, roleId, permissions }: CustomRole): Promise<void> {
    await tx.query(
      `insert into access_role (organization_id, role_id, permissions) values ($1, $2, $3)
       on conflict (organization_id, role_id) do update set permissions = excluded.permissions`,
      [organizationId, roleId, permissions],
    );
  }

  async deleteRole(tx: Tx, organizationId: string, roleId: string): Promise<void> {
    await tx.query('delete from access_role where organization_id = $1 and role_id = $2', [organizationId, roleId]);
  }

  /** A group is a subject like any other, and whoever is in it has what it has. */
  async setGroup(tx: Tx, { organizationId, groupId, memberIds, grants }: Group): Promise<void> {
    await this.deleteGroup(tx, organizationId, groupId);
    await tx.query(
      `insert into access_group_member (organization_id, subject_id, group_id)
       select $1, subject, $3 from unnest($2::uuid[]) as subject on conflict do nothing`,
      [organizationId, memberIds, groupId],
    );
    await tx.query(
      `insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role, role_id)
       select $1, $2, scope->>'kind', (scope->>'id')::uuid, role, "roleId"
         from jsonb_to_recordset($3) as given(scope jsonb, role text, "roleId" uuid)`,
      [organizationId, groupId, JSON.stringify(grants)],
    );
  }

  async deleteGroup(tx: Tx, organizationId: string, groupId: string): Promise<void> {
    for (const [table, column] of [
      ['access_group_member', 'group_id'],
      ['access_membership', 'subject_id'],
    ])
      await tx.query(`delete from ${table} where organization_id = $1 and ${column} = $2`, [organizationId, groupId]);
  }

  /** Nothing is left but the version, so that what comes late is not taken for news. */
  async forget(tx: Tx, organizationId: string): Promise<void> {
    for (const table of ['access_role', 'access_group_member', 'access_membership'])
      await tx.query(`delete from ${table} where organization_id = $1`, [organizationId]);
  }
}
