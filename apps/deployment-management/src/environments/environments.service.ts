import { Access, type Caller, changedFrom, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { Environment, EnvironmentQuery } from '@berth/contracts/deployment';
import { environmentDeleted } from '@berth/contracts/events';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { notFound } from '../not-found.js';
import { ProjectsService } from '../projects/projects.service.js';
import { environmentErrors } from './environments.errors.js';
import { EnvironmentsRepository } from './environments.repository.js';

@Injectable()
export class EnvironmentsService {
  constructor(
    private readonly database: Database,
    private readonly environments: EnvironmentsRepository,
    private readonly projects: ProjectsService,
    private readonly access: Access,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  async get(caller: Caller, id: string, permission: Permission = 'environments:read'): Promise<Environment> {
    const environment = await this.environments.find(this.database, id);
    if (!environment) throw notFound();
    const { organizationId, projectId } = environment;
    await this.access.require(caller, permission, { organizationId, projectId, environmentId: id });
    return environment;
  }

  /** Keeps it from being deleted until the commit. @throws 404 when it is gone */
  async hold(tx: Tx, id: string): Promise<void> {
    if (!(await this.environments.hold(tx, id))) throw notFound();
  }

  /** As `hold`; nobody else changes a setting of it until then either. */
  async holdAlone(tx: Tx, id: string): Promise<void> {
    if (!(await this.environments.lock(tx, id))) throw notFound();
  }

  async list(caller: Caller, query: EnvironmentQuery): Promise<Page<Environment>> {
    const { environments: within } = await this.projects.getInPart(caller, query.project, 'environments:read');
    const found = await this.environments.list(this.database.confined, query, within);
    return toPage(found, query.limit, (environment) => environment.id);
  }

  async remove(caller: Caller, id: string): Promise<void> {
    const { organizationId, projectId, slug, kind, cluster, regions } = await this.get(
      caller,
      id,
      'environments:delete',
    );
    await this.database.transaction(async (tx) => {
      if (!(await this.environments.remove(tx, id, this.mint.now()))) {
        throw environmentErrors.EnvironmentNotEmpty('Delete the workloads in it first.');
      }
      await this.changes.tell(tx, environmentDeleted, {
        subject: id,
        organizationId,
        data: { organizationId, projectId, environmentId: id },
      });
      await this.changes.act(tx, {
        by: caller,
        action: 'environments:delete',
        target: { kind: 'environment', id },
        organizationId,
        change: changedFrom({ slug, kind, cluster, regions }, {}),
      });
    });
  }
}
