import type { InvoiceDocument, InvoiceLine } from '@berth/contracts/metering';
import type { Span } from '../spans/history.js';

export type NamedApp = NonNullable<InvoiceDocument['names']>[number];
type Used = Pick<Span, 'appId' | 'projectId' | 'environmentId' | 'workloadId' | 'domains'>;

interface User {
  readonly projectId: string;
  readonly environments: Set<string>;
  readonly domains: Set<string>;
}

/** Collects what used anything; as many entries as there are apps, environments and domains, however many spans. */
export class Users {
  private readonly apps = new Map<string, User>();

  add({ appId, projectId, environmentId, workloadId, domains }: Used): void {
    const app = this.apps.get(appId) ?? { projectId, environments: new Set(), domains: new Set() };
    app.environments.add(environmentId);
    if (domains) app.domains.add(workloadId);
    this.apps.set(appId, app);
  }

  /** Of apps, their projects, environments and domains. */
  ids(): string[] {
    const all = [...this.apps].flatMap(([appId, { projectId, environments, domains }]) => [
      ...[appId, projectId, ...environments, ...domains],
    ]);
    return [...new Set(all)];
  }

  /** In the order of ids. */
  named(nameOf: (id: string) => string | null): NamedApp[] {
    const all = (ids: ReadonlySet<string>) => [...ids].toSorted().map((id) => ({ id, name: nameOf(id) }));
    return [...this.apps].toSorted(byId).map(([appId, { projectId, environments, domains }]) => ({
      ...{ appId, name: nameOf(appId), project: { id: projectId, name: nameOf(projectId) } },
      environments: all(environments),
      ...(domains.size > 0 && { domains: all(domains) }),
    }));
  }
}

const byId = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Names as they were told before domains had any. */
export const withoutDomains = (names: readonly NamedApp[]): NamedApp[] => names.map(({ domains: _, ...app }) => app);

/** The names that an invoice tells, by id. */
export function namesTold({ names = [] }: Pick<InvoiceDocument, 'names'>): (id: string) => string | null {
  const told = new Map<string, string | null>();
  for (const { appId, name, project, environments, domains = [] } of names) {
    told.set(appId, name);
    for (const each of [project, ...environments, ...domains]) told.set(each.id, each.name);
  }
  return (id) => told.get(id) ?? null;
}

type NamedDomain = NonNullable<NamedApp['domains']>[number];

/** The domains that an app's part of a line is for, as the invoice names them; none where the line is of something else. */
export const domainsIn = (
  { names }: Pick<InvoiceDocument, 'names'>,
  { usage }: Pick<InvoiceLine, 'usage'>,
  appId: string,
): readonly NamedDomain[] =>
  usage?.metric === 'domain' ? (names?.find((each) => each.appId === appId)?.domains ?? []) : [];

/** `shop.example.com shop.example.com/api`: the id of one that nobody said the host of. */
export const hostsOf = (domains: readonly NamedDomain[]): string => domains.map(({ id, name }) => name ?? id).join(' ');
