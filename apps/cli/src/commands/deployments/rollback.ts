import { answerOf, ApiProblem, type Client, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { releasesOf } from '../../lists.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { CliError, exitCodes } from '../../errors.js';
import { parseNumber } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

type Deployment = Schemas['Deployment'];
type Workload = Schemas['Workload'];

const SHARING: readonly Deployment['status'][] = ['rolling', 'shifting', 'verifying', 'live'];

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument(
    '[release]',
    'v7; without it, what was live before the current release, or shares the requests with a newer one',
  );

export async function run(context: Context, given: WaitOptions, wanted?: string): Promise<void> {
  const named = wanted === undefined ? undefined : parseNumber(wanted, 'release');
  const workload = await context.selection.workload();
  const sharing = await sharingDeployment(context.client, workload);
  if (sharing && (named === undefined || named === workload.currentRelease)) {
    if (await isSwitchedBack(context, sharing)) return;
    // It went live meanwhile: what is meant was current when the command began.
    return deploy(context, given, workload, workload.currentRelease ?? 0);
  }
  return deploy(context, given, workload, named ?? (await releaseBefore(context.client, workload)));
}

async function deploy(context: Context, given: WaitOptions, { id }: Workload, number: number): Promise<void> {
  const request = { params: { path: { id } }, body: { source: { kind: 'release' as const, number } } };
  const started = await answerOf(context.client.POST('/v1/workloads/{id}/deployments', request));
  await settle(context, started as Deployment, given);
}

/** The one whose release runs beside the current one, or took its place since `workload` was read. */
async function sharingDeployment(
  client: Client,
  { activeDeploymentId: id }: Workload,
): Promise<Deployment | undefined> {
  if (id === null) return undefined;
  const active = await answerOf(client.GET('/v1/deployments/{id}', { params: { path: { id } } }));
  return active.canary !== null && SHARING.includes(active.status) ? active : undefined;
}

/** False when it is live, so that there is nothing to cancel. */
async function isSwitchedBack({ client, out }: Context, { id }: Deployment): Promise<boolean> {
  const params = { path: { id } };
  const ended = await cancelled(client, id);
  const deployment = ended ?? (await answerOf(client.GET('/v1/deployments/{id}', { params })));
  if (deployment.status === 'live' || deployment.status === 'retired') return false;
  const { number, status, outcome } = deployment;
  await out.result(deployment, () => `Deployment #${number} is ${status}. ${outcome ?? ''} Nothing was started.`);
  return true;
}

/** Undefined when it had ended already. */
async function cancelled(client: Client, id: string): Promise<Deployment | undefined> {
  try {
    return await answerOf(client.POST('/v1/deployments/{id}/cancel', { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'deployment_ended') return undefined;
    throw error;
  }
}

async function releaseBefore(client: Client, { id, currentRelease }: Workload): Promise<number> {
  const releases = await releasesOf(client, id);
  const earlier = releases.filter((each) => each.wasLive && each.number < (currentRelease ?? 0));
  const newest = Math.max(0, ...earlier.map((each) => each.number));
  if (newest > 0) return newest;
  throw new CliError(exitCodes.conflict, 'There is no earlier release that was live.', 'See: berth releases list');
}
