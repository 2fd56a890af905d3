import { notFound, usageError } from '../errors.js';

export interface Named {
  readonly id: string;
  readonly slug: string;
}

interface Kind {
  readonly noun: string;
  readonly flag: string;
  readonly variable: string;
  readonly create: string;
}

export const kinds = {
  organization: { noun: 'organization', flag: '--org', variable: 'BERTH_ORG', create: 'berth orgs create NAME' },
  project: { noun: 'project', flag: '--project', variable: 'BERTH_PROJECT', create: 'berth projects create NAME' },
  environment: { noun: 'environment', flag: '--env', variable: 'BERTH_ENV', create: 'berth envs create NAME' },
  app: { noun: 'app', flag: '--app', variable: 'BERTH_APP', create: 'berth apps create NAME --git URL' },
} as const satisfies Record<string, Kind>;

const SHOWN = 10;

/** The wanted one; without a wish, the only one. An error names the choices, and `source` of the wish. */
export function choose<Item extends Named>(
  kind: Kind,
  items: readonly Item[],
  wanted: string | undefined,
  source?: string,
): Item {
  const [only, another] = items;
  const found = wanted === undefined ? only : items.find((item) => item.slug === wanted || item.id === wanted);
  if (found && (wanted !== undefined || !another)) return found;
  if (wanted !== undefined) throw notFound(`There is no ${kind.noun} "${wanted}". ${thereAre(kind, items)}`, source);
  if (!only) throw notFound(`There is no ${kind.noun} yet.`, `Create one: ${kind.create}`);
  throw usageError(`Which ${kind.noun}? ${thereAre(kind, items)}`, `Say ${kind.flag} NAME, or set ${kind.variable}.`);
}

function thereAre(kind: Kind, items: readonly Named[]): string {
  if (items.length === 0) return `Create one: ${kind.create}`;
  const more = items.length > SHOWN ? ', ...' : '';
  const names = items.slice(0, SHOWN).map((item) => item.slug);
  return `There ${items.length === 1 ? 'is' : 'are'} ${names.join(', ')}${more}.`;
}
