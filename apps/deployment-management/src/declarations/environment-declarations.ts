import type { Caller } from '@berth/access';
import { type DeclaredEnvironment, declaredEnvironment, type Environment } from '@berth/contracts/deployment';
import { Database, DomainError } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { EnvironmentCreations } from '../environments/environment-creations.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { declarationErrors } from './declarations.errors.js';
import { DeclarationsRepository } from './declarations.repository.js';
import { type DeclaredKindDoor, ready, type Target, type Understood, versionOfParts } from './declared-kind.js';
import { changeParts, currentOf, type PartChange, partsIn, statedOf } from './declared-part.js';
import { isLabelField, LabelDeclarations, statedLabels } from './label-declarations.js';
import { EnvironmentParts } from './parts/environment-parts.js';
import { complaintsOf, wrongNameOf } from './understand.js';
import { ChangesRefused, type RefusedChange } from './verdict.js';

/** Environments that are declared. What they are never changes; where they are is changed by moving them. */
@Injectable()
export class EnvironmentDeclarations implements DeclaredKindDoor {
  constructor(
    private readonly environments: EnvironmentsService,
    private readonly creations: EnvironmentCreations,
    private readonly labels: LabelDeclarations,
    private readonly parts: EnvironmentParts,
    private readonly database: Database,
    private readonly declarations: DeclarationsRepository,
  ) {}

  understand(slug: string, spec: unknown): Understood {
    const refused = wrongNameOf(slug);
    const { data, error } = declaredEnvironment.safeParse(spec);
    if (refused !== null || error) return { refused: refused ?? complaintsOf(error!) };
    const { projectId, kind, cluster, regions, labels } = data;
    return {
      projectId,
      fields: { kind, cluster, regions, ...statedLabels(labels), ...statedOf(this.parts.all, data) },
      find: (caller) => this.find(caller, data, slug),
      create: async (caller) => {
        const where = { ...(cluster !== undefined && { cluster }), regions: regions ?? [] };
        await this.creations.create(caller, { projectId, slug, kind, ...where, ...(labels && { labels: labels.set }) });
      },
      change: (caller, target, fields) => this.change({ caller, target, spec: data, fields }),
    };
  }

  private async change(change: PartChange<DeclaredEnvironment>): Promise<void> {
    const refused = [...(await this.changeLabels(change)), ...(await changeParts(this.parts.all, change))];
    const fixed = change.fields.filter((field) => ['kind', 'cluster', 'regions'].includes(field));
    if (fixed.length > 0) refused.push({ fields: fixed, error: fixedFrom(fixed) });
    if (refused.length > 0) throw new ChangesRefused(refused);
  }

  /** One that is refused keeps nothing else from being done. */
  private async changeLabels({
    caller,
    target,
    spec,
    fields,
  }: PartChange<DeclaredEnvironment>): Promise<RefusedChange[]> {
    try {
      await this.labels.change(caller, 'environment', target, spec.labels, fields);
      return [];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return [{ fields: fields.filter(isLabelField), error }];
    }
  }

  private async find(caller: Caller, spec: DeclaredEnvironment, slug: string): Promise<Target | undefined> {
    const { items } = await this.environments.list(caller, { project: spec.projectId, slug, limit: 1 });
    const [environment] = items;
    if (!environment) return undefined;
    const { id } = environment;
    const parts = partsIn(this.parts.all, spec);
    for (const { reads } of parts) await this.environments.get(caller, id, reads);
    const beside = await currentOf(parts, this.database, id);
    const changes = await this.declarations.partChanges('environment', id);
    const labels = await this.labels.of(caller, 'environment', id);
    const version = `${labels.version}${versionOfParts(changes)}`;
    return toTarget(environment, { fields: { ...labels.fields, ...beside }, version });
  }
}

function fixedFrom(fields: readonly string[]): DomainError {
  const detail = `An environment has its ${fields.join(', ')} from its beginning. To change where it is: berth envs move.`;
  return declarationErrors.EnvironmentFixed(detail);
}

function toTarget({ id, kind, cluster, regions }: Environment, beside: Pick<Target, 'fields' | 'version'>): Target {
  const [generation, version] = [1, `1${beside.version}`];
  const fields = { kind, cluster, regions, ...beside.fields };
  return { id, version, fields, mirrored: { id, generation, version }, ready: ready('The environment exists') };
}
