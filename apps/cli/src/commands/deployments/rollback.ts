import { answerOf, type Client, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { releasesOf } from '../../lists.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { CliError, exitCodes } from '../../errors.js';
import { parseNumber } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('[release]', 'v7; without it, what was live before the current release');

export async function run(context: Context, given: WaitOptions, wanted?: string): Promise<void> {
  const { client, selection } = context;
  const named = wanted === undefined ? undefined : parseNumber(wanted, 'release');
  const workload = await selection.workload();
  const number = named ?? (await releaseBefore(client, workload));
  const params = { path: { id: workload.id } };
  const body = { source: { kind: 'release' as const, number } };
  const started = await answerOf(client.POST('/v1/workloads/{id}/deployments', { params, body }));
  await settle(context, started as Schemas['Deployment'], given);
}

async function releaseBefore(client: Client, { id, currentRelease }: Schemas['Workload']): Promise<number> {
  const releases = await releasesOf(client, id);
  const earlier = releases.filter((each) => each.wasLive && each.number < (currentRelease ?? 0));
  const newest = Math.max(0, ...earlier.map((each) => each.number));
  if (newest > 0) return newest;
  throw new CliError(exitCodes.conflict, 'There is no earlier release that was live.', 'See: berth releases list');
}
