import { Access, type Caller, type Change, changedFrom, concealed, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { App, AppQuery, UpdateApp } from '@berth/contracts/deployment';
import { appDeleted, appUpdated } from '@berth/contracts/events';
import { Database, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { notFound } from '../not-found.js';
import { ProjectsService } from '../projects/projects.service.js';
import { appErrors } from './apps.errors.js';
import { AppsRepository } from './apps.repository.js';

export interface AppInPart {
  readonly app: App;
  readonly environments: readonly string[] | null;
}

@Injectable()
export class AppsService {
  constructor(
    private readonly database: Database,
    private readonly apps: AppsRepository,
    private readonly projects: ProjectsService,
    private readonly access: Access,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  /** By a role on its project. @throws 404 when it does not exist or the caller may not know that it does */
  async get(caller: Caller, id: string, permission: Permission): Promise<App> {
    const app = await this.apps.find(this.database, id);
    if (!app) throw notFound();
    await this.access.require(caller, permission, placeOf(app));
    return app;
  }

  /**
   * The app and, of the environments that have a workload of it, those on which the caller may do it; null: all.
   * @throws 404, 403 when there are none
   */
  async getInPart(caller: Caller, id: string, permission: Permission = 'apps:read'): Promise<AppInPart> {
    const app = await this.apps.find(this.database, id);
    if (!app) throw notFound();
    const among = (environments: readonly string[]) => this.apps.among(this.database, id, environments);
    return { app, environments: await this.access.environmentsWhere(caller, permission, placeOf(app), among) };
  }

  /** Keeps it from being deleted until the commit. @throws 404 when it is gone */
  async hold(tx: Tx, id: string): Promise<void> {
    if (!(await this.apps.hold(tx, id))) throw notFound();
  }

  async list(caller: Caller, query: AppQuery): Promise<Page<App>> {
    const { environments: within } = await this.projects.getInPart(caller, query.project, 'apps:read');
    return toPage(await this.apps.list(this.database.confined, query, within), query.limit, (app) => app.id);
  }

  /** Merge patch; `ifMatch` must name the generation that was read. */
  async update(caller: Caller, id: string, body: UpdateApp, ifMatch: string | undefined): Promise<App> {
    const app = await this.get(caller, id, 'apps:update');
    requireMatch(ifMatch, app.generation);
    const changed: App = { ...app, source: body.source ?? app.source, build: { ...app.build, ...body.build } };
    const { organizationId, projectId } = app;
    await this.database.transaction(async (tx) => {
      if (!(await this.apps.update(tx, changed)))
        throw appErrors.AppChanged('It was changed since you read it: read it again and repeat.');
      await this.changes.tell(tx, appUpdated, {
        subject: id,
        organizationId,
        data: { organizationId, projectId, appId: id },
      });
      await this.act(tx, caller, 'apps:update', app, changedFrom(settingsOf(app), settingsOf(changed)));
    });
    return { ...changed, generation: app.generation + 1 };
  }

  async remove(caller: Caller, id: string): Promise<void> {
    const app = await this.get(caller, id, 'apps:delete');
    const { organizationId, projectId } = app;
    await this.database.transaction(async (tx) => {
      if (!(await this.apps.remove(tx, id, this.mint.now())))
        throw appErrors.AppNotEmpty('Delete its workloads first.');
      await this.changes.tell(tx, appDeleted, {
        subject: id,
        organizationId,
        data: { organizationId, projectId, appId: id },
      });
      await this.act(tx, caller, 'apps:delete', app, changedFrom({ slug: app.slug, ...settingsOf(app) }, {}));
    });
  }

  /** Commands may hold secrets: that they changed is all that is kept. */
  private act(tx: Tx, caller: Caller, action: string, app: App, change = nothing): Promise<void> {
    return this.changes.act(tx, {
      by: caller,
      action,
      target: { kind: 'app', id: app.id },
      organizationId: app.organizationId,
      change: concealed(change, 'installCommand', 'buildCommand'),
    });
  }
}

const placeOf = ({ organizationId, projectId }: App) => ({ organizationId, projectId });

const nothing: Change = { before: {}, after: {} };

/** A password in the address of a repository is left out. */
const settingsOf = ({ source, build }: App) => ({
  source: source.kind === 'git' ? { ...source, url: source.url.replace(/\/\/[^/@]*@/, '//') } : source,
  build,
});
