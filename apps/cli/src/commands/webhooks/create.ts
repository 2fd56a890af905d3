import { answerOf, type Schemas } from '@berth/api-client';
import { webhookEvent } from '@berth/contracts/metering';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { shortOf } from './webhooks.js';

const all = webhookEvent.options.map(shortOf);

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<url>', 'https://...')
    .addOption(new Option('--events <events...>', 'what to be told of').choices(all).default(all, 'all'))
    .description('be told of invoices and budgets; prints the secret that verifies it, once');

export async function run(
  { client, out, selection }: Context,
  { events }: { readonly events: readonly string[] },
  url: string,
): Promise<void> {
  const { id: organizationId } = await selection.organization();
  const types = events.map((each) => `berth.${each}.v1` as Schemas['Webhook']['events'][number]);
  const made = await answerOf(client.POST('/v1/webhooks', { body: { organizationId, url, events: types } }));
  await out.result(made, () => `${made.id} tells ${url}.\nSecret, not shown again: ${made.secret}`);
}
