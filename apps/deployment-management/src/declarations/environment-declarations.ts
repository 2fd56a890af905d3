import type { Caller } from '@berth/access';
import { declaredEnvironment, type Environment } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { EnvironmentCreations } from '../environments/environment-creations.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { declarationErrors } from './declarations.errors.js';
import { type DeclaredKindDoor, ready, type Target, type Understood } from './declared-kind.js';
import { complaintsOf, wrongNameOf } from './understand.js';

/** Environments that are declared. What they are never changes; where they are is changed by moving them. */
@Injectable()
export class EnvironmentDeclarations implements DeclaredKindDoor {
  constructor(
    private readonly environments: EnvironmentsService,
    private readonly creations: EnvironmentCreations,
  ) {}

  understand(slug: string, spec: unknown): Understood {
    const refused = wrongNameOf(slug);
    const { data, error } = declaredEnvironment.safeParse(spec);
    if (refused !== null || error) return { refused: refused ?? complaintsOf(error!) };
    const { projectId, kind, cluster, regions } = data;
    return {
      projectId,
      fields: { kind, cluster, regions },
      find: (caller) => this.find(caller, projectId, slug),
      create: async (caller) => {
        const where = { ...(cluster !== undefined && { cluster }), regions: regions ?? [] };
        await this.creations.create(caller, { projectId, slug, kind, ...where });
      },
      change: (_caller, _target, [field = '']) => {
        const detail = `An environment has its ${field} from its beginning. To change where it is: berth envs move.`;
        return Promise.reject(declarationErrors.EnvironmentFixed(detail));
      },
    };
  }

  private async find(caller: Caller, project: string, slug: string): Promise<Target | undefined> {
    const { items } = await this.environments.list(caller, { project, slug, limit: 1 });
    return items[0] && toTarget(items[0]);
  }
}

function toTarget({ id, kind, cluster, regions }: Environment): Target {
  const [generation, version] = [1, '1'];
  const fields = { kind, cluster, regions };
  return { id, version, fields, mirrored: { id, generation, version }, ready: ready('The environment exists') };
}
