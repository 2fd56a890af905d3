import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { findWebhook } from './webhooks.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<webhook>', 'its id or URL').description('tell it nothing more');

export async function run({ client, out, selection }: Context, _: object, wanted: string): Promise<void> {
  const { id, url } = await findWebhook(client, (await selection.organization()).id, wanted);
  await answerOf(client.DELETE('/v1/webhooks/{id}', { params: { path: { id } } }));
  await out.result({ id }, () => `${url} is told nothing more.`);
}
