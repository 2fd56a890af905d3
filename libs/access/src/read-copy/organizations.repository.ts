import type { CloudEvent, Membership, Quota } from '@berth/contracts/events';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Grant } from '../permissions/can.js';
import { judge, type Position, type StoredPosition, type Verdict } from './order.js';

export interface MemberAccess {
  readonly awaitingSnapshot: boolean;
  readonly quota: Quota | null;
  /** Members may only read. */
  readonly suspended: boolean;
  readonly secondFactorRequired: boolean;
  /** The subject's own and those of its groups. */
  readonly grants: readonly Grant[];
}

/** Organizations and memberships as last heard. */
@Injectable()
export class OrganizationsRepository {
  /** Moves an organization to an event's version, or marks it as incomplete. The event's content applies only on `apply`. */
  async advance(tx: Tx, organizationId: string, event: CloudEvent, whole = false): Promise<Verdict> {
    const position = { epoch: event.epoch, version: event.aggregateversion };
    const stored = await this.state(tx, organizationId, 'for update');
    const verdict = judge(stored, position, whole);
    if (verdict === 'apply') await this.move(tx, organizationId, position);
    if (verdict === 'gap') await this.distrust(tx, organizationId, position.epoch);
    return verdict;
  }

  async state(sql: Sql, organizationId: string, lock: '' | 'for update' = ''): Promise<StoredPosition | undefined> {
    const [row] = await sql.query<StoredPosition>(
      `select epoch, version, awaiting_snapshot as "awaitingSnapshot"
         from access_organization where organization_id = $1 ${lock}`,
      [organizationId],
    );
    return row;
  }

  /**
   * The organization's state and what one subject has in it, as of one moment. Its groups are looked up first, as an array:
   * an `or` would read the roles of everybody in the organization.
   */
  async member(sql: Sql, organizationId: string, subjectId: string): Promise<MemberAccess | undefined> {
    const [row] = await sql.query<MemberAccess>(
      `select awaiting_snapshot as "awaitingSnapshot", quota, suspended,
              second_factor_required as "secondFactorRequired",
              (select coalesce(json_agg(json_build_object(
                        'scope', json_build_object('kind', scope_kind, 'id', scope_id), 'role', role,
                        'permissions', permissions)), '[]')
                 from access_membership member
                 left join access_role custom
                   on custom.organization_id = member.organization_id and custom.role_id = member.role_id
                where member.organization_id = $1
                  and subject_id = any (array(
                    select group_id from access_group_member where organization_id = $1 and subject_id = $2
                    union all select $2::uuid))) as grants
         from access_organization organization where organization_id = $1`,
      [organizationId, subjectId],
    );
    return row;
  }

  async organizationsOf(sql: Sql, subjectId: string): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      `select organization_id as id from access_membership where subject_id = $1
       union select one.organization_id from access_group_member one
         join access_membership had on had.organization_id = one.organization_id and had.subject_id = one.group_id
        where one.subject_id = $1 order by 1`,
      [subjectId],
    );
    return rows.map(({ id }) => id);
  }

  async quota(sql: Sql, organizationId: string): Promise<Quota | null> {
    const [row] = await sql.queryPrepared<{ quota: Quota | null }>(
      'select quota from access_organization where organization_id = $1',
      [organizationId],
    );
    return row?.quota ?? null;
  }

  async setQuota(tx: Tx, organizationId: string, quota: Quota): Promise<void> {
    await tx.query('update access_organization set quota = $2 where organization_id = $1', [organizationId, quota]);
  }

  async grant(tx: Tx, { organizationId, subjectId, scope, role, roleId }: Membership): Promise<void> {
    await tx.query(
      `insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role, role_id)
       values ($1, $2, $3, $4, $5, $6) on conflict (organization_id, subject_id, scope_kind, scope_id)
       do update set role = excluded.role, role_id = excluded.role_id`,
      [organizationId, subjectId, scope.kind, scope.id, role, roleId ?? null],
    );
  }

  async revoke(tx: Tx, { organizationId, subjectId, scope }: Omit<Membership, 'role'>): Promise<void> {
    await tx.query(
      `delete from access_membership
        where organization_id = $1 and subject_id = $2 and scope_kind = $3 and scope_id = $4`,
      [organizationId, subjectId, scope.kind, scope.id],
    );
  }

  async replaceGrants(tx: Tx, organizationId: string, memberships: readonly Membership[]): Promise<void> {
    await tx.query('delete from access_membership where organization_id = $1', [organizationId]);
    for (const membership of memberships) await this.grant(tx, membership);
  }

  private async move(tx: Tx, organizationId: string, { epoch, version }: Position): Promise<void> {
    await tx.query(
      `insert into access_organization (organization_id, epoch, version) values ($1, $2, $3)
       on conflict (organization_id) do update
         set epoch = excluded.epoch, version = excluded.version, awaiting_snapshot = false`,
      [organizationId, epoch, version],
    );
  }

  private async distrust(tx: Tx, organizationId: string, epoch: number): Promise<void> {
    await tx.query(
      `insert into access_organization (organization_id, epoch, version, awaiting_snapshot) values ($1, $2, 0, true)
       on conflict (organization_id) do update set awaiting_snapshot = true`,
      [organizationId, epoch],
    );
  }
}
