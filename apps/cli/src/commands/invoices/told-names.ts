import type { InvoiceDocument } from '@berth/contracts/metering';

/** What apps and environments were called in the period, by id, as far as the invoice says it. */
export function toldNames({ names = [] }: InvoiceDocument): ReadonlyMap<string, string> {
  const told = names.flatMap(({ appId, name, project, environments }) =>
    [{ id: appId, name }, ...environments].map((each) => [each.id, project.name, each.name] as const),
  );
  return new Map(told.flatMap(([id, project, name]) => (project && name ? [[id, `${project}/${name}`]] : [])));
}

/** The hosts of domains, by id, as far as the invoice says them. */
export function toldHosts({ names = [] }: InvoiceDocument): ReadonlyMap<string, string> {
  const told = names.flatMap(({ domains = [] }) => domains);
  return new Map(told.flatMap(({ id, name }) => (name ? [[id, name]] : [])));
}
