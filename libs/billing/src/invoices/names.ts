import type { InvoiceDocument } from '@berth/contracts/metering';
import type { Span } from '../spans/history.js';

export type NamedApp = NonNullable<InvoiceDocument['names']>[number];
type Where = Pick<Span, 'appId' | 'projectId' | 'environmentId'>;

/** Collects what used anything; as many entries as there are apps and environments, however many spans. */
export class Users {
  private readonly apps = new Map<string, { readonly projectId: string; readonly environments: Set<string> }>();

  add({ appId, projectId, environmentId }: Where): void {
    const app = this.apps.get(appId) ?? { projectId, environments: new Set<string>() };
    app.environments.add(environmentId);
    this.apps.set(appId, app);
  }

  /** Of apps, their projects and environments. */
  ids(): string[] {
    const all = [...this.apps].flatMap(([appId, { projectId, environments }]) => [appId, projectId, ...environments]);
    return [...new Set(all)];
  }

  /** In the order of ids. */
  named(nameOf: (id: string) => string | null): NamedApp[] {
    return [...this.apps].toSorted(byId).map(([appId, { projectId, environments }]) => ({
      ...{ appId, name: nameOf(appId), project: { id: projectId, name: nameOf(projectId) } },
      environments: [...environments].toSorted().map((id) => ({ id, name: nameOf(id) })),
    }));
  }
}

const byId = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** The names that an invoice tells, by id. */
export function namesTold({ names = [] }: Pick<InvoiceDocument, 'names'>): (id: string) => string | null {
  const told = new Map<string, string | null>();
  for (const { appId, name, project, environments } of names) {
    told.set(appId, name);
    for (const each of [project, ...environments]) told.set(each.id, each.name);
  }
  return (id) => told.get(id) ?? null;
}
