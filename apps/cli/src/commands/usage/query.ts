import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { appsOf, environmentsOf, projectsOf } from '../../lists.js';
import { ofWorkload } from '../options.js';

const groups = ['project', 'app', 'environment', 'process', 'label', 'none'] as const;

export interface IntervalOptions {
  readonly period?: string;
  readonly by: (typeof groups)[number];
  readonly project?: string;
  readonly env?: string;
  readonly app?: string;
  readonly process?: string;
  readonly label?: string;
}

export const intervalOptions = (command: Command): Command =>
  ofWorkload(command)
    .option('--period <month>', 'a month of the billing account: 2026-11 (default: the current one)')
    .addOption(
      new Option('--by <what>', 'lines per project, app, environment, process or value of a label')
        .choices(groups)
        .default('app'),
    )
    .option('--process <type>', 'of one process type: web, worker')
    .option('--label <key[=value]>', 'team=shop: only what had it; team: with --by label');

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
    ...labelOf(given),
    ...(inProject ? { project: (await selection.project()).id } : {}),
    ...(given.env === undefined ? {} : { environment: (await selection.environment()).id }),
    ...(given.app === undefined ? {} : { app: (await selection.app()).id }),
    ...(given.process === undefined ? {} : { process: given.process }),
  };
}

function labelOf({ by, label }: IntervalOptions): { labelKey?: string; labelValue?: string } {
  const [key, value] = label?.split('=', 2) ?? [];
  if ((key !== undefined) !== (by === 'label' || value !== undefined))
    throw usageError('Say --by label --label KEY to tell costs apart, --label KEY=VALUE to see a part of them.');
  return { ...(key !== undefined && { labelKey: key }), ...(value !== undefined && { labelValue: value }) };
}

interface Group {
  readonly projectId?: string | null;
  readonly environmentId: string | null;
  readonly appId: string | null;
  readonly processType: string | null;
  /** Running instances are not told apart by labels. */
  readonly label?: string | null;
}

/**
 * Names of the lines of an answer: `shop/hello staging web`. Those that are known already are not asked for; ids of what has
 * been deleted since.
 */
export async function namesOf(
  context: Context,
  items: readonly Group[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<(group: Group) => string> {
  const ids = items.flatMap(placesOf);
  if (ids.length === 0) return labelNames(items);
  const isKnown = ids.every((id) => known.has(id));
  const names = isKnown ? known : new Map([...(await namesToday(context, items)), ...known]);
  return (group) => {
    const places = placesOf(group).map((id) => names.get(id) ?? id);
    return [...places, ...(group.processType ? [group.processType] : [])].join(' ');
  };
}

/** The project is said by the names of what is in it: it is named where nothing in it is told apart. */
function placesOf({ projectId = null, appId, environmentId }: Group): string[] {
  const within = [appId, environmentId].filter((id) => id !== null);
  return within.length > 0 || projectId === null ? within : [projectId];
}

async function namesToday({ client, selection }: Context, items: readonly Group[]): Promise<Map<string, string>> {
  const wantsApps = items.some((each) => each.appId !== null);
  const wantsEnvironments = items.some((each) => each.environmentId !== null);
  const names = new Map<string, string>();
  for (const project of await projectsOf(client, (await selection.organization()).id)) {
    const apps = wantsApps ? await appsOf(client, project.id) : [];
    const environments = wantsEnvironments ? await environmentsOf(client, project.id) : [];
    names.set(project.id, project.slug);
    for (const each of [...apps, ...environments]) names.set(each.id, `${project.slug}/${each.slug}`);
  }
  return names;
}

/** What has no value of the label is everything, where nothing has one. */
function labelNames(items: readonly Group[]): (group: Group) => string {
  const isLabelled = items.some(({ label }) => typeof label === 'string');
  return ({ label }) => label ?? (isLabelled ? 'without' : 'everything');
}
