import type { Caller } from '@berth/access';
import { type App, type DeclaredApp, declaredApp } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import { AppCreations } from '../apps/app-creations.js';
import { AppsService } from '../apps/apps.service.js';
import { type DeclaredKindDoor, ready, type Target, type Understood } from './declared-kind.js';
import { type Fields, flatten } from './fields.js';
import { isLabelField, LabelDeclarations, statedLabels } from './label-declarations.js';
import { complaintsOf, wrongNameOf } from './understand.js';

const nothing = { rootFolder: '', installCommand: null, buildCommand: null };

/** Apps that are declared. */
@Injectable()
export class AppDeclarations implements DeclaredKindDoor {
  constructor(
    private readonly apps: AppsService,
    private readonly creations: AppCreations,
    private readonly labels: LabelDeclarations,
  ) {}

  understand(slug: string, spec: unknown): Understood {
    const refused = wrongNameOf(slug);
    const { data, error } = declaredApp.safeParse(spec);
    if (refused !== null || error) return { refused: refused ?? complaintsOf(error!) };
    const { projectId, source, build, labels } = data;
    return {
      projectId,
      fields: { source, ...buildFields(build), ...statedLabels(labels) },
      find: (caller) => this.find(caller, projectId, slug),
      create: async (caller) => {
        const made = { projectId, slug, source, build: { ...nothing, ...build } };
        await this.creations.create(caller, { ...made, ...(labels && { labels: labels.set }) });
      },
      change: (caller, target, fields) => this.change(caller, target, data, fields),
    };
  }

  private async find(caller: Caller, project: string, slug: string): Promise<Target | undefined> {
    const { items } = await this.apps.list(caller, { project, slug, limit: 1 });
    const [app] = items;
    return app && toTarget(app, await this.labels.of(caller, 'app', app.id));
  }

  private async change(
    caller: Caller,
    target: Target,
    { source, build, labels }: DeclaredApp,
    fields: readonly string[],
  ): Promise<void> {
    await this.labels.change(caller, 'app', target, labels, fields);
    if (fields.every(isLabelField)) return;
    const parts = Object.entries(build).filter(([name]) => fields.includes(`build.${name}`));
    const body = { ...(fields.includes('source') && { source }), build: Object.fromEntries(parts) };
    await this.apps.update(caller, target.id, body, `"${target.mirrored.generation}"`);
  }
}

function toTarget({ id, generation, source, build }: App, labels: Pick<Target, 'fields' | 'version'>): Target {
  const fields = { source, ...buildFields(build), ...labels.fields };
  const version = `${generation}${labels.version}`;
  return { id, version, fields, mirrored: { id, generation, version }, ready: ready('The app exists') };
}

/** The root of a repository is where an app is whose folder nobody has stated. */
const buildFields = ({ rootFolder, ...commands }: DeclaredApp['build']): Fields =>
  flatten('build', { ...commands, rootFolder: rootFolder === '' ? null : rootFolder }, 1);
