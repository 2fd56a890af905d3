import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { CliError, exitCodes } from '../../errors.js';
import { ofWorkload } from '../options.js';
import { findDeployment } from './find-deployment.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('[deployment]', 'id or number; without it, the one that waits to be promoted');

export async function run(context: Context, given: WaitOptions, wanted?: string): Promise<void> {
  const { client, out } = context;
  const { id } = wanted === undefined ? await findWaiting(context) : await findDeployment(context, wanted);
  const promoted = await answerOf(client.POST('/v1/deployments/{id}/promote', { params: { path: { id } } }));
  out.note(`v${promoted.release} is promoted.`);
  await settle(context, promoted, given);
}

/** However many came after it: only the one that moves can wait, and it is the oldest that has not ended. */
async function findWaiting({ client, selection }: Context): Promise<Schemas['Deployment']> {
  const { activeDeploymentId: id } = await selection.workload();
  const active =
    id === null ? undefined : await answerOf(client.GET('/v1/deployments/{id}', { params: { path: { id } } }));
  if (active?.canary?.state === 'waiting') return active;
  throw new CliError(exitCodes.conflict, 'No deployment waits to be promoted.', 'See: berth deployments list');
}
