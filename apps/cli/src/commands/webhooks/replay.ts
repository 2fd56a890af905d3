import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { findWebhook } from './webhooks.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<webhook>', 'its id or URL')
    .argument('<delivery>', 'its id')
    .description('send it again, with the same id');

export async function run(
  { client, out, selection }: Context,
  _: object,
  wanted: string,
  delivery: string,
): Promise<void> {
  const { id } = await findWebhook(client, (await selection.organization()).id, wanted);
  const path = { id, delivery };
  const sent = await answerOf(client.POST('/v1/webhooks/{id}/deliveries/{delivery}/replays', { params: { path } }));
  await out.result(sent, () => `${delivery} is sent again.`);
}
