import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { findDeployment } from './find-deployment.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[deployment]', 'id or number; without it, the newest');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const { client, out } = context;
  const { id } = await findDeployment(context, wanted);
  const cancelled = await answerOf(client.POST('/v1/deployments/{id}/cancel', { params: { path: { id } } }));
  await out.result(cancelled, () => `Deployment #${cancelled.number} is ${cancelled.status}.`);
}
