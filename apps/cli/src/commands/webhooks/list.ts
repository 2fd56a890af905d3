import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { shortOf, webhooksOf } from './webhooks.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const webhooks = await webhooksOf(client, (await selection.organization()).id);
  await out.result(webhooks, () =>
    table(
      ['id', 'url', 'events'],
      webhooks.map(({ id, url, events }) => [id, url, events.map(shortOf).join(', ')]),
    ),
  );
}
