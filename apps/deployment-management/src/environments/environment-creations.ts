import type { Caller } from '@berth/access';
import type { CreateEnvironment, Environment } from '@berth/contracts/deployment';
import { environmentCreated } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { LabelWriter } from '../labels/label-writer.js';
import { ProjectsService } from '../projects/projects.service.js';
import { namespaceFor } from './environment.js';
import { environmentErrors } from './environments.errors.js';
import { EnvironmentsRepository } from './environments.repository.js';

@Injectable()
export class EnvironmentCreations {
  constructor(
    private readonly database: Database,
    private readonly environments: EnvironmentsRepository,
    private readonly projects: ProjectsService,
    private readonly labels: LabelWriter,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  async create(caller: Caller, { labels = {}, ...body }: CreateEnvironment): Promise<Environment> {
    const project = await this.projects.get(caller, body.projectId, 'environments:create');
    const { organizationId } = project;
    const id = this.mint.id();
    const namespace = namespaceFor(project.slug, body.slug, id);
    const createdAt = this.mint.instant();
    const cluster = body.cluster ?? (await this.environments.chooseCluster(this.database, body.regions));
    const environment: Environment = { id, organizationId, ...body, cluster, namespace, createdAt };
    await this.database.transaction(async (tx) => {
      await this.projects.hold(tx, body.projectId);
      if (!(await this.environments.insert(tx, environment))) {
        throw environmentErrors.EnvironmentSlugTaken(`The project has an environment "${body.slug}".`, {
          pointer: '/slug',
        });
      }
      await this.projects.requireRoom(tx, project, 'environments');
      const data = { organizationId, projectId: project.id, environmentId: id, slug: body.slug, kind: body.kind };
      await this.changes.tell(tx, environmentCreated, { subject: id, organizationId, data });
      await this.labels.first(tx, 'environment', environment, labels);
      await this.changes.act(tx, {
        ...{ by: caller, action: 'environments:create', target: { kind: 'environment', id }, organizationId },
        ...(Object.keys(labels).length > 0 && { detail: { labels } }),
      });
    });
    return environment;
  }
}
