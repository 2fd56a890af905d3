import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { ofWorkload } from '../options.js';
import { findDeployment } from './find-deployment.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('[deployment]', 'id or number; without it, the newest');

export async function run(context: Context, given: WaitOptions, wanted?: string): Promise<void> {
  const { id } = await findDeployment(context, wanted);
  const request = { params: { path: { id } } };
  await settle(context, await answerOf(context.client.POST('/v1/deployments/{id}/promote', request)), given);
}
