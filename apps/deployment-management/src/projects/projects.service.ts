import { Access, type Caller, changedFrom, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateProject, Project, ProjectQuery } from '@berth/contracts/deployment';
import { projectCreated, projectDeleted } from '@berth/contracts/events';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { notFound } from '../not-found.js';
import { type Counted } from '../quotas/quotas.repository.js';
import { Quotas } from '../quotas/quotas.js';
import { projectErrors } from './projects.errors.js';
import { ProjectsRepository } from './projects.repository.js';

export interface ProjectInPart {
  readonly project: Project;
  readonly environments: readonly string[] | null;
}

@Injectable()
export class ProjectsService {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectsRepository,
    private readonly access: Access,
    private readonly quotas: Quotas,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  async create(caller: Caller, body: CreateProject): Promise<Project> {
    await this.access.require(caller, 'projects:create', { organizationId: body.organizationId });
    const project: Project = { id: this.mint.id(), ...body, createdAt: this.mint.instant() };
    const { id, organizationId, slug } = project;
    await this.database.transaction(async (tx) => {
      if (!(await this.projects.insert(tx, project))) {
        throw projectErrors.ProjectSlugTaken(`The organization has a project "${slug}".`, { pointer: '/slug' });
      }
      await this.quotas.requireRoom(tx, organizationId, 'projects');
      await this.changes.tell(tx, projectCreated, {
        subject: id,
        organizationId,
        data: { projectId: id, organizationId, slug },
      });
      await this.changes.act(tx, {
        by: caller,
        action: 'projects:create',
        target: { kind: 'project', id },
        organizationId,
      });
    });
    return project;
  }

  /** @throws 404 when it does not exist or the caller may not know that it does */
  async get(caller: Caller, id: string, permission: Permission = 'projects:read'): Promise<Project> {
    const project = await this.projects.find(this.database, id);
    if (!project) throw notFound();
    await this.access.require(caller, permission, { organizationId: project.organizationId, projectId: id });
    return project;
  }

  /** The project and, of its environments, those on which the caller may do it; null: all. @throws 404, 403 when there are none */
  async getInPart(caller: Caller, id: string, permission: Permission = 'projects:read'): Promise<ProjectInPart> {
    const project = await this.projects.find(this.database, id);
    if (!project) throw notFound();
    const place = { organizationId: project.organizationId, projectId: id };
    const among = (environments: readonly string[]) => this.projects.among(this.database, id, environments);
    return { project, environments: await this.access.environmentsWhere(caller, permission, place, among) };
  }

  /** Keeps it from being deleted until the commit. @throws 404 when it is gone */
  async hold(tx: Tx, id: string): Promise<void> {
    if (!(await this.projects.hold(tx, id))) throw notFound();
  }

  /** After something was put into a project. @throws 409 when the organization has more of it than it may */
  requireRoom(tx: Tx, project: Pick<Project, 'organizationId'>, what: Exclude<Counted, 'projects'>): Promise<void> {
    return this.quotas.requireRoom(tx, project.organizationId, what);
  }

  async list(caller: Caller, query: ProjectQuery): Promise<Page<Project>> {
    const within = await this.access.placesWhere(caller, 'projects:read', query.organization);
    return toPage(
      await this.projects.list(this.database.confined, query, within),
      query.limit,
      (project) => project.id,
    );
  }

  async remove(caller: Caller, id: string): Promise<void> {
    const { organizationId, slug } = await this.get(caller, id, 'projects:delete');
    await this.database.transaction(async (tx) => {
      if (!(await this.projects.remove(tx, id, this.mint.now()))) {
        throw projectErrors.ProjectNotEmpty('Delete its apps and environments first.');
      }
      await this.changes.tell(tx, projectDeleted, {
        subject: id,
        organizationId,
        data: { projectId: id, organizationId },
      });
      await this.changes.act(tx, {
        by: caller,
        action: 'projects:delete',
        target: { kind: 'project', id },
        organizationId,
        change: changedFrom({ slug }, {}),
      });
    });
  }
}
