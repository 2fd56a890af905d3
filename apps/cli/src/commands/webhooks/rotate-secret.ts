import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { findWebhook } from './webhooks.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<webhook>', 'its id or URL').description('a new secret; for a day both sign');

export async function run({ client, out, selection }: Context, _: object, wanted: string): Promise<void> {
  const { id } = await findWebhook(client, (await selection.organization()).id, wanted);
  const made = await answerOf(client.POST('/v1/webhooks/{id}/secrets', { params: { path: { id } } }));
  await out.result(made, () => `Secret, not shown again: ${made.secret}\nThe former one signs for another day.`);
}
