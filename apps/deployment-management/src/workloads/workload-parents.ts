import type { Caller } from '@berth/access';
import type { App, Environment, WorkloadQuery } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsService } from '../apps/apps.service.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { ProjectsService } from '../projects/projects.service.js';
import { workloadErrors } from './workloads.errors.js';

/** What a workload belongs to, as far as a caller may see it. */
@Injectable()
export class WorkloadParents {
  constructor(
    private readonly projects: ProjectsService,
    private readonly environments: EnvironmentsService,
    private readonly apps: AppsService,
  ) {}

  /** The two that a new workload joins. @throws 404 when one cannot be seen, 422 when they are of different projects */
  async ofNew(caller: Caller, appId: string, environmentId: string): Promise<{ app: App; environment: Environment }> {
    const environment = await this.environments.get(caller, environmentId, 'workloads:create');
    const { app } = await this.apps.getInPart(caller, appId);
    if (app.projectId !== environment.projectId) {
      throw workloadErrors.WorkloadOfOtherProject('The environment is of another project than the app.', {
        pointer: '/environmentId',
      });
    }
    return { app, environment };
  }

  /** Keeps both from being deleted until the commit. @throws 404 when one is gone */
  async hold(tx: Tx, app: App, environment: Environment): Promise<void> {
    await this.environments.hold(tx, environment.id);
    await this.apps.hold(tx, app.id);
  }

  /** Of what the list is asked for, the environments whose workloads the caller may see; null: all. @throws 404, 403 when there are none */
  async shownTo(caller: Caller, query: WorkloadQuery): Promise<readonly string[] | null> {
    if (query.environment) await this.environments.get(caller, query.environment, 'workloads:read');
    const ofApp = query.app ? await this.apps.getInPart(caller, query.app, 'workloads:read') : null;
    const ofProject = query.project ? await this.projects.getInPart(caller, query.project, 'workloads:read') : null;
    return ofApp?.environments ?? ofProject?.environments ?? null;
  }
}
