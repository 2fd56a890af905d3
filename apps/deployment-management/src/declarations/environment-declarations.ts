import type { Caller } from '@berth/access';
import { declaredEnvironment, type Environment } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { EnvironmentCreations } from '../environments/environment-creations.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { declarationErrors } from './declarations.errors.js';
import { type DeclaredKindDoor, ready, type Target, type Understood } from './declared-kind.js';
import { isLabelField, LabelDeclarations, statedLabels } from './label-declarations.js';
import { complaintsOf, wrongNameOf } from './understand.js';

/** Environments that are declared. What they are never changes; where they are is changed by moving them. */
@Injectable()
export class EnvironmentDeclarations implements DeclaredKindDoor {
  constructor(
    private readonly environments: EnvironmentsService,
    private readonly creations: EnvironmentCreations,
    private readonly labels: LabelDeclarations,
  ) {}

  understand(slug: string, spec: unknown): Understood {
    const refused = wrongNameOf(slug);
    const { data, error } = declaredEnvironment.safeParse(spec);
    if (refused !== null || error) return { refused: refused ?? complaintsOf(error!) };
    const { projectId, kind, cluster, regions, labels } = data;
    return {
      projectId,
      fields: { kind, cluster, regions, ...statedLabels(labels) },
      find: (caller) => this.find(caller, projectId, slug),
      create: async (caller) => {
        const where = { ...(cluster !== undefined && { cluster }), regions: regions ?? [] };
        await this.creations.create(caller, { projectId, slug, kind, ...where, ...(labels && { labels: labels.set }) });
      },
      change: async (caller, target, all) => {
        await this.labels.change(caller, 'environment', target, labels, all);
        const fixed = all.find((field) => !isLabelField(field));
        if (fixed === undefined) return;
        const detail = `An environment has its ${fixed} from its beginning. To change where it is: berth envs move.`;
        throw declarationErrors.EnvironmentFixed(detail);
      },
    };
  }

  private async find(caller: Caller, project: string, slug: string): Promise<Target | undefined> {
    const { items } = await this.environments.list(caller, { project, slug, limit: 1 });
    const [environment] = items;
    return environment && toTarget(environment, await this.labels.of(caller, 'environment', environment.id));
  }
}

function toTarget({ id, kind, cluster, regions }: Environment, labels: Pick<Target, 'fields' | 'version'>): Target {
  const [generation, version] = [1, `1${labels.version}`];
  const fields = { kind, cluster, regions, ...labels.fields };
  return { id, version, fields, mirrored: { id, generation, version }, ready: ready('The environment exists') };
}
