import type { Caller } from '@berth/access';
import type { App, CreateApp } from '@berth/contracts/deployment';
import { appCreated } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { LabelWriter } from '../labels/label-writer.js';
import { ProjectsService } from '../projects/projects.service.js';
import { appErrors } from './apps.errors.js';
import { AppsRepository } from './apps.repository.js';

@Injectable()
export class AppCreations {
  constructor(
    private readonly database: Database,
    private readonly apps: AppsRepository,
    private readonly projects: ProjectsService,
    private readonly labels: LabelWriter,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  async create(caller: Caller, { labels = {}, ...body }: CreateApp): Promise<App> {
    const { organizationId } = await this.projects.get(caller, body.projectId, 'apps:create');
    const app: App = { id: this.mint.id(), organizationId, ...body, generation: 1, createdAt: this.mint.instant() };
    await this.database.transaction(async (tx) => {
      await this.projects.hold(tx, body.projectId);
      if (!(await this.apps.insert(tx, app))) {
        throw appErrors.AppSlugTaken(`The project has an app "${app.slug}".`, { pointer: '/slug' });
      }
      await this.projects.requireRoom(tx, app, 'apps');
      const { id, projectId, slug } = app;
      const data = { organizationId, projectId, appId: id, slug };
      await this.changes.tell(tx, appCreated, { subject: id, organizationId, data });
      await this.labels.first(tx, 'app', app, labels);
      await this.changes.act(tx, {
        ...{ by: caller, action: 'apps:create', target: { kind: 'app', id }, organizationId },
        ...(Object.keys(labels).length > 0 && { detail: { labels } }),
      });
    });
    return app;
  }
}
