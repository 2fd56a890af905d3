import type { Role, Scope } from '@berth/contracts/events';
import type { ConfinedSql, Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ServiceAccountRecord } from './service-account.js';

const columns = `account.id, account.organization_id as "organizationId", name, role, account.created_at as "createdAt",
  json_build_object('kind', scope_kind, 'id', scope_id) as scope`;
/** The role of a machine is a membership as that of a person: services are told of both alike. */
const source = `service_account account
  join membership on membership.organization_id = account.organization_id and membership.user_id = account.id`;

@Injectable()
export class ServiceAccountsRepository {
  async insert(tx: Tx, { id, organizationId, name, createdAt }: ServiceAccountRecord): Promise<void> {
    await tx.query('insert into service_account (id, organization_id, name, created_at) values ($1, $2, $3, $4)', [
      id,
      organizationId,
      name,
      createdAt,
    ]);
  }

  /** Within one organization: whoever asks has shown that it may. */
  list(sql: ConfinedSql, organizationId: string, after: string | null, limit: number): Promise<ServiceAccountRecord[]> {
    return sql.query<ServiceAccountRecord>(
      `select ${columns} from ${source}
        where account.organization_id = $1 and ($2::uuid is null or account.id > $2) order by account.id limit $3`,
      [organizationId, after, limit],
    );
  }

  async find(sql: Sql, id: string): Promise<ServiceAccountRecord | undefined> {
    const found = await sql.queryOne<ServiceAccountRecord>(`select ${columns} from ${source} where account.id = $1`, [
      id,
    ]);
    return found;
  }

  /** Holds the row until the commit. False when it is gone. */
  async hold(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query('select id from service_account where id = $1 for update', [id])).length > 0;
  }

  /** Takes it away with its secrets; answers the role that it had, with the membership's id. */
  async delete(tx: Tx, id: string): Promise<{ membershipId: string; scope: Scope; role: Role }[]> {
    const roles = await tx.query<{ membershipId: string; scope: Scope; role: Role }>(
      `delete from membership using service_account account
        where account.id = $1 and membership.organization_id = account.organization_id and membership.user_id = account.id
        returning membership.id as "membershipId", role, json_build_object('kind', scope_kind, 'id', scope_id) as scope`,
      [id],
    );
    await tx.query('delete from service_account where id = $1', [id]);
    return roles;
  }
}
