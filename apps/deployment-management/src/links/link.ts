import type { Link } from '@berth/contracts/deployment';
import { linkVariableNames } from '@berth/contracts/common';
import type { DesiredLink } from '@berth/contracts/runtime';
import type { ConfigEntries } from '../config/config-version.js';

/** No variable has a slash in its name: what a config says of links is apart from what it says of variables. */
const PREFIX = 'link/';

/** Under which a config holds the link to an app. */
export const entryNameOf = (app: string): string => `${PREFIX}${app}`;

/** A workload that another one is linked to. */
export interface Linked {
  readonly app: string;
  readonly workloadId: string;
}

export const linksIn = (entries: ConfigEntries): Linked[] =>
  Object.entries(entries)
    .flatMap(([name, entry]) =>
      'linkTo' in entry ? [{ app: name.slice(PREFIX.length), workloadId: entry.linkTo }] : [],
    )
    .sort((a, b) => (a.app < b.app ? -1 : 1));

/** The entries without links that lead nowhere, and the apps that those led to. */
export function withoutGone(
  entries: ConfigEntries,
  reachable: ReadonlySet<string>,
): { entries: ConfigEntries; gone: string[] } {
  const gone = linksIn(entries).filter(({ workloadId }) => !reachable.has(workloadId));
  const names = new Set(gone.map(({ app }) => entryNameOf(app)));
  const kept = Object.entries(entries).filter(([name]) => !names.has(name));
  return { entries: Object.fromEntries(kept), gone: gone.map(({ app }) => app) };
}

export const toLink = ({ app, workloadId }: Linked): Link => ({ app, workloadId, variables: linkVariableNames(app) });

/**
 * What the runtime is to open: the links of the release, and those that only the one before it has, which may serve for a
 * while yet.
 */
export function desiredLinks(
  own: readonly Linked[],
  former: readonly Linked[],
  hosts: ReadonlyMap<string, string>,
): DesiredLink[] {
  const isOwn = (link: Linked): boolean => own.some(({ workloadId }) => workloadId === link.workloadId);
  const opened = ({ app: name, workloadId }: Linked): DesiredLink[] => {
    const host = hosts.get(workloadId);
    return host === undefined ? [] : [{ workloadId, name, host }];
  };
  const past = former.filter((link) => !isOwn(link)).flatMap(opened);
  return [...own.flatMap(opened), ...past.map((link) => ({ ...link, isFormer: true as const }))];
}
