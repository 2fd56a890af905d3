import { Access, type Caller, type Permission } from '@berth/access';
import type { ConfigScope } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { EnvironmentsService } from '../environments/environments.service.js';
import { ProjectsService } from '../projects/projects.service.js';
import type { Scope } from './config-scopes.repository.js';

/** Finds the organization, project or environment whose config a caller means. */
@Injectable()
export class ScopeAccess {
  constructor(
    private readonly access: Access,
    private readonly projects: ProjectsService,
    private readonly environments: EnvironmentsService,
  ) {}

  /** @throws 404 when it does not exist or the caller may not know that it does, 403 when its role is too low */
  async require(caller: Caller, kind: ConfigScope, id: string, permission: Permission): Promise<Scope> {
    return { kind, id, organizationId: await this.organizationOf(caller, kind, id, permission) };
  }

  /** Keeps it from being deleted until the commit. @throws 404 when it is gone */
  async hold(tx: Tx, { kind, id }: Scope): Promise<void> {
    if (kind === 'project') await this.projects.hold(tx, id);
    if (kind === 'environment') await this.environments.hold(tx, id);
  }

  private async organizationOf(caller: Caller, kind: ConfigScope, id: string, permission: Permission): Promise<string> {
    switch (kind) {
      case 'organization':
        await this.access.require(caller, permission, { organizationId: id });
        return id;
      case 'project':
        return (await this.projects.get(caller, id, permission)).organizationId;
      case 'environment':
        return (await this.environments.get(caller, id, permission)).organizationId;
    }
  }
}
