import type { Caller } from '@berth/access';
import { type DeclaredWorkload, declaredWorkload } from '@berth/contracts/deployment';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { AppsService } from '../apps/apps.service.js';
import type { Config } from '../config.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { toWorkload, type WorkloadRow } from '../workloads/workload.js';
import { WorkloadsService } from '../workloads/workloads.service.js';
import { declarationErrors } from './declarations.errors.js';
import { DeclarationsRepository } from './declarations.repository.js';
import type { DeclaredKindDoor, Target, Understood } from './declared-kind.js';
import { type Fields, flatten } from './fields.js';
import { complaintsOf } from './understand.js';
import { WorkloadCommands } from './workload-commands.js';

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
    private readonly declarations: DeclarationsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  understand(_name: string, spec: unknown): Understood {
    const { data, error } = declaredWorkload.safeParse(spec);
    if (error) return { refused: complaintsOf(error) };
    return {
      projectId: data.projectId,
      fields: statedBy(data),
      find: async (caller) => this.find(caller, await this.parents(caller, data)),
      create: async (caller) => {
        await this.workloads.create(caller, await this.parents(caller, data));
      },
      change: (caller, { id }, fields) => this.commands.change(caller, id, data, fields),
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

  private async find(caller: Caller, { appId: app, environmentId: environment }: Parents): Promise<Target | undefined> {
    const { items } = await this.workloads.list(caller, { app, environment, limit: 1 });
    const [workload] = items;
    if (!workload) return undefined;
    return this.toTarget(workload, await this.declarations.lastSource(workload.id));
  }

  private toTarget(row: WorkloadRow, source: object | null): Target {
    const { id, generation, url, currentRelease, conditions } = toWorkload(row, this.config.APP_URL_TEMPLATE);
    const { trackedRef, counts, autoscaling, processSettings: sizes, deadlines } = row;
    const fields = { trackedRef, source, ...partsOf({ counts, autoscaling, sizes, deadlines }) };
    const release = currentRelease === null ? {} : { release: currentRelease };
    const isReady = conditions.find(({ type }) => type === 'Ready') ?? unknown;
    return { id, generation, fields, mirrored: { id, generation, url, ...release }, ready: isReady };
  }
}

const unknown: Target['ready'] = {
  ...{ type: 'Ready', status: 'unknown', reason: 'NotLookedAt', message: 'It was not looked at yet' },
};

type Parts = Pick<WorkloadRow, 'counts' | 'autoscaling' | 'deadlines'> & { sizes: WorkloadRow['processSettings'] };

const partsOf = ({ counts, autoscaling, sizes, deadlines }: Parts): Fields => ({
  ...flatten('counts', counts, 1),
  ...flatten('autoscaling', autoscaling, 1),
  ...flatten('sizes', sizes, 2),
  ...flatten('deadlines', deadlines, 1),
});

const statedBy = ({ trackedRef, source, counts, autoscaling, sizes, deadlines = {} }: DeclaredWorkload): Fields => ({
  ...{ trackedRef, source },
  ...partsOf({ counts, autoscaling, sizes: sizes as Parts['sizes'], deadlines: deadlines as Parts['deadlines'] }),
});
