import type { Caller } from '@berth/access';
import { type DeclaredWorkload, declaredWorkload } from '@berth/contracts/deployment';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { AppsService } from '../apps/apps.service.js';
import type { Config } from '../config.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { toWorkload, type WorkloadRow } from '../workloads/workload.js';
import { WorkloadsService } from '../workloads/workloads.service.js';
import { CurrentFields, type CurrentState } from './current-fields.js';
import { declarationErrors } from './declarations.errors.js';
import { type DeclaredKindDoor, type Target, type Understood, versionOfParts } from './declared-kind.js';
import { complaintsOf } from './understand.js';
import { WorkloadCommands } from './workload-commands.js';
import { statedBy } from './workload-fields.js';

interface Parents {
  readonly appId: string;
  readonly environmentId: string;
}

/** Workloads that are declared. Their names are their authors' own: a workload has none. */
@Injectable()
export class WorkloadDeclarations implements DeclaredKindDoor {
  constructor(
    private readonly apps: AppsService,
    private readonly environments: EnvironmentsService,
    private readonly workloads: WorkloadsService,
    private readonly commands: WorkloadCommands,
    private readonly current: CurrentFields,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  understand(_name: string, spec: unknown): Understood {
    const { data, error } = declaredWorkload.safeParse(spec);
    if (error) return { refused: complaintsOf(error) };
    return {
      projectId: data.projectId,
      fields: { ...statedBy(data), ...this.commands.statedParts(data) },
      find: async (caller) => this.find(caller, data, await this.parents(caller, data)),
      create: async (caller) => {
        await this.workloads.create(caller, await this.parents(caller, data));
      },
      change: (caller, target, fields) => this.commands.change(caller, target, data, fields),
    };
  }

  /** @throws 422 while one of them is not there */
  private async parents(caller: Caller, { projectId: project, ...slugs }: DeclaredWorkload): Promise<Parents> {
    const apps = await this.apps.list(caller, { project, slug: slugs.app, limit: 1 });
    const environments = await this.environments.list(caller, { project, slug: slugs.environment, limit: 1 });
    const [app, environment] = [apps.items[0], environments.items[0]];
    if (!app) throw declarationErrors.AppUnknown(`The project has no app "${slugs.app}".`);
    if (!environment)
      throw declarationErrors.EnvironmentUnknown(`The project has no environment "${slugs.environment}".`);
    return { appId: app.id, environmentId: environment.id };
  }

  private async find(
    caller: Caller,
    spec: DeclaredWorkload,
    { appId: app, environmentId: environment }: Parents,
  ): Promise<Target | undefined> {
    const { items } = await this.workloads.list(caller, { app, environment, limit: 1 });
    const [workload] = items;
    if (!workload) return undefined;
    return this.toTarget(workload, await this.current.seenBy(caller, workload, spec));
  }

  private toTarget(row: WorkloadRow, { fields, number, configVersion, partChanges }: CurrentState): Target {
    const { id, generation, url, currentRelease, conditions } = toWorkload(row, this.config.APP_URL_TEMPLATE);
    const version = `${generation}.${number}.${configVersion}${versionOfParts(partChanges)}`;
    const release = currentRelease === null ? {} : { release: currentRelease };
    const isReady = conditions.find(({ type }) => type === 'Ready') ?? unknown;
    return { id, version, fields, mirrored: { id, generation, version, url, ...release }, ready: isReady };
  }
}

const unknown: Target['ready'] = {
  ...{ type: 'Ready', status: 'unknown', reason: 'NotLookedAt', message: 'It was not looked at yet' },
};
