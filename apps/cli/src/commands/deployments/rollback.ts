import { answerOf, type Client, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { deploymentsOf, releasesOf } from '../../lists.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { CliError, exitCodes } from '../../errors.js';
import { parseNumber } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

type Deployment = Schemas['Deployment'];

/** One that moves, one that is queued after it, and room for one that was asked for just now. */
const MOST_UNENDED = 5;

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument(
    '[release]',
    'v7; without it, what was live before the current release, or shares the requests with a newer one',
  );

export async function run(context: Context, given: WaitOptions, wanted?: string): Promise<void> {
  const { client, selection } = context;
  const named = wanted === undefined ? undefined : parseNumber(wanted, 'release');
  const workload = await selection.workload();
  const shared = await sharedDeployment(client, workload);
  if (shared && (named === undefined || named === workload.currentRelease)) return switchBack(context, shared);
  const number = named ?? (await releaseBefore(client, workload));
  const params = { path: { id: workload.id } };
  const body = { source: { kind: 'release' as const, number } };
  const started = await answerOf(client.POST('/v1/workloads/{id}/deployments', { params, body }));
  await settle(context, started as Schemas['Deployment'], given);
}

/** The one whose release shares the requests with the current one, which is there whole: to get all of them back at once. */
async function sharedDeployment(client: Client, workload: Schemas['Workload']): Promise<Deployment | undefined> {
  const { id, activeDeploymentId } = workload;
  if (activeDeploymentId === null) return undefined;
  const recent = await deploymentsOf(client, id, MOST_UNENDED);
  return recent.find(({ status, canary }) => status === 'shifting' && canary?.state !== 'promoting');
}

async function switchBack({ client, out }: Context, { id }: Deployment): Promise<void> {
  const cancelled = await answerOf(client.POST('/v1/deployments/{id}/cancel', { params: { path: { id } } }));
  await out.result(
    cancelled,
    () => `Deployment #${cancelled.number} is cancelled. ${cancelled.outcome} Nothing was started.`,
  );
}

async function releaseBefore(client: Client, { id, currentRelease }: Schemas['Workload']): Promise<number> {
  const releases = await releasesOf(client, id);
  const earlier = releases.filter((each) => each.wasLive && each.number < (currentRelease ?? 0));
  const newest = Math.max(0, ...earlier.map((each) => each.number));
  if (newest > 0) return newest;
  throw new CliError(exitCodes.conflict, 'There is no earlier release that was live.', 'See: berth releases list');
}
