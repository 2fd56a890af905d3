import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { appsOf, environmentsOf, projectsOf } from '../../lists.js';
import { ofWorkload } from '../options.js';

const groups = ['app', 'environment', 'process', 'none'] as const;

export interface IntervalOptions {
  readonly period?: string;
  readonly by: (typeof groups)[number];
  readonly project?: string;
  readonly env?: string;
  readonly app?: string;
}

export const intervalOptions = (command: Command): Command =>
  ofWorkload(command)
    .option('--period <month>', 'a month in UTC: 2026-11 (default: the current one)')
    .addOption(new Option('--by <what>', 'lines per app, environment or process').choices(groups).default('app'));

/** Only what is named narrows the question down: without flags it is the whole organization. */
export async function queryOf({ selection }: Context, given: IntervalOptions) {
  if (given.period !== undefined && !/^[0-9]{4}-(0[1-9]|1[0-2])$/.test(given.period)) {
    throw usageError(`"${given.period}" is not a month: write 2026-11.`);
  }
  const inProject = given.project !== undefined || given.env !== undefined || given.app !== undefined;
  return {
    organization: (await selection.organization()).id,
    by: given.by,
    limit: 200,
    ...(given.period === undefined ? {} : { period: given.period }),
    ...(inProject ? { project: (await selection.project()).id } : {}),
    ...(given.env === undefined ? {} : { environment: (await selection.environment()).id }),
    ...(given.app === undefined ? {} : { app: (await selection.app()).id }),
  };
}

interface Group {
  readonly environmentId: string | null;
  readonly appId: string | null;
  readonly processType: string | null;
}

/** Names of the lines of an answer: `shop/hello staging web`; ids of what has been deleted since. */
export async function namesOf(
  { client, selection }: Context,
  items: readonly Group[],
): Promise<(group: Group) => string> {
  const wantsApps = items.some((each) => each.appId !== null);
  const wantsEnvironments = items.some((each) => each.environmentId !== null);
  if (!wantsApps && !wantsEnvironments) return () => 'everything';
  const names = new Map<string, string>();
  for (const project of await projectsOf(client, (await selection.organization()).id)) {
    const apps = wantsApps ? await appsOf(client, project.id) : [];
    const environments = wantsEnvironments ? await environmentsOf(client, project.id) : [];
    for (const each of [...apps, ...environments]) names.set(each.id, `${project.slug}/${each.slug}`);
  }
  const name = (id: string | null): string[] => (id === null ? [] : [names.get(id) ?? id]);
  return (group) =>
    [...name(group.appId), ...name(group.environmentId), ...(group.processType ? [group.processType] : [])].join(' ');
}
