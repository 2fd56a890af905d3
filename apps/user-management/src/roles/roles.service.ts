import { Access, type AccessVersion, type Caller, changedFrom, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import { roleChanged, roleDefined, roleDeleted } from '@berth/contracts/events';
import type { CreateRole, CustomRoleView, RoleQuery, UpdateRole } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, Ids, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { type CustomRoleRecord, firstUndefinable, toFact, toView } from './custom-role.js';
import { roleErrors } from './roles.errors.js';
import { RolesRepository } from './roles.repository.js';

export interface ChangedRole {
  readonly role: CustomRoleRecord;
  readonly access: AccessVersion;
}

/** Roles that an organization defines itself. */
@Injectable()
export class RolesService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RolesRepository) private readonly roles: RolesRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  async list(caller: Caller, { organization, limit, cursor }: RoleQuery): Promise<Page<CustomRoleView>> {
    await this.access.require(caller, 'roles:read', { organizationId: organization });
    const rows = await this.roles.list(this.database.confined, organization, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toView), limit, (role) => role.id);
  }

  async get(caller: Caller, id: string): Promise<CustomRoleRecord> {
    const role = found(await this.roles.find(this.database, id));
    await this.access.require(caller, 'roles:read', { organizationId: role.organizationId });
    return role;
  }

  /** @throws DomainError 409 `role_name_taken`, 422 `permission_unknown`, 403 for what the caller does not have */
  async create(caller: Caller, { organizationId, name, permissions }: CreateRole): Promise<ChangedRole> {
    await this.requireRight(caller, organizationId, permissions);
    const createdAt = this.clock.now();
    const role = { id: this.ids.next(), organizationId, name, permissions, generation: 1, createdAt };
    return this.database.transaction(async (tx) => {
      if (!(await this.roles.insert(tx, role)))
        throw roleErrors.RoleNameTaken('is taken in this organization', { pointer: '/name' });
      const act = { action: 'roles:create', ...actOn(role) };
      return { role, access: await this.changes.told(tx, caller, roleDefined, toFact(role), act) };
    });
  }

  /** @throws DomainError 428 without If-Match, 412 when it is stale, and as `create` */
  async update(
    caller: Caller,
    id: string,
    ifMatch: string | undefined,
    { permissions }: UpdateRole,
  ): Promise<ChangedRole> {
    const { organizationId } = found(await this.roles.find(this.database, id));
    await this.requireRight(caller, organizationId, permissions);
    return this.database.transaction(async (tx) => {
      const current = await this.locked(tx, organizationId, id);
      requireMatch(ifMatch, current.generation);
      const role = { ...current, permissions, generation: current.generation + 1 };
      await this.roles.setPermissions(tx, id, permissions);
      const change = changedFrom({ permissions: current.permissions }, { permissions });
      const act = { action: 'roles:update', ...actOn(role), change };
      return { role, access: await this.changes.told(tx, caller, roleChanged, toFact(role), act) };
    });
  }

  /** @throws DomainError 409 `role_in_use` */
  async delete(caller: Caller, id: string): Promise<AccessVersion> {
    const { organizationId } = found(await this.roles.find(this.database, id));
    await this.access.require(caller, 'roles:update', { organizationId });
    return this.database.transaction(async (tx) => {
      const role = await this.locked(tx, organizationId, id);
      if (await this.roles.isUsed(tx, role)) throw roleErrors.RoleInUse('Somebody has this role: change theirs first.');
      await this.roles.delete(tx, id);
      const change = changedFrom({ permissions: role.permissions }, {});
      const act = { action: 'roles:delete', ...actOn(role), change };
      return this.changes.told(tx, caller, roleDeleted, { organizationId, roleId: id }, act);
    });
  }

  /** Whoever gives this role meanwhile waits: all changes of an organization's access take turns. */
  private async locked(tx: Tx, organizationId: string, id: string): Promise<CustomRoleRecord> {
    await tx.query('select id from organization where id = $1 for update', [organizationId]);
    return found(await this.roles.find(tx, id, 'for update'));
  }

  private async requireRight(caller: Caller, organizationId: string, permissions: readonly string[]): Promise<void> {
    await this.access.require(caller, 'roles:update', { organizationId });
    const at = firstUndefinable(permissions);
    if (at >= 0)
      throw roleErrors.PermissionUnknown('is no permission that a role can hold', { pointer: `/permissions/${at}` });
    await this.access.requireToHandOn(caller, permissions, { organizationId });
  }
}

const actOn = ({ id, name, permissions }: CustomRoleRecord) => ({
  target: { kind: 'role', id },
  detail: { name, permissions },
});

function found(role: CustomRoleRecord | undefined): CustomRoleRecord {
  if (role) return role;
  throw notFound();
}
