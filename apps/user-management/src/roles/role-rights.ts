import { Access, type Caller, type Permission, permissions, type Target } from '@berth/access';
import type { MemberRole, Role, Scope } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { roleErrors } from './roles.errors.js';
import { RolesRepository } from './roles.repository.js';

export interface GivenRole {
  readonly scope: Scope;
  readonly role: MemberRole;
  readonly roleId: string | null;
}

/** Nobody gives away more than they have themselves, whatever the role is called. */
@Injectable()
export class RoleRights {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RolesRepository) private readonly roles: RolesRepository,
    @Inject(Access) private readonly access: Access,
  ) {}

  /** @throws DomainError 403 `forbidden`, 422 `role_unknown` */
  async requireToGive(caller: Caller, organizationId: string, given: GivenRole): Promise<void> {
    const held = await this.permissionsOf(organizationId, given);
    await this.access.requireToHandOn(caller, held, targetOf(organizationId, given.scope));
  }

  private async permissionsOf(organizationId: string, { scope, role, roleId }: GivenRole): Promise<readonly string[]> {
    if (role !== 'custom') return builtIn(scope, role);
    const custom = roleId === null ? undefined : await this.roles.find(this.database, roleId);
    if (custom?.organizationId === organizationId) return custom.permissions;
    throw roleErrors.RoleUnknown('is no role of this organization', { pointer: '/roleId' });
  }
}

const builtIn = ({ kind }: Scope, role: Role): readonly Permission[] => permissions[kind][role] ?? [];

/** What a built-in role gives, and where: to be asked of whoever gives it. */
export const rightsOf = (
  organizationId: string,
  { scope, role }: { readonly scope: Scope; readonly role: Role },
): [permissions: readonly Permission[], target: Target] => [builtIn(scope, role), targetOf(organizationId, scope)];

function targetOf(organizationId: string, { kind, id }: Scope): Target {
  if (kind === 'organization') return { organizationId };
  return kind === 'project' ? { organizationId, projectId: id } : { organizationId, environmentId: id };
}
