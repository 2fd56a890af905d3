import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { findWebhook, shortOf } from './webhooks.js';

type State = 'pending' | 'delivered' | 'dead';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<webhook>', 'its id or URL')
    .addOption(new Option('--state <state>', 'only those').choices(['pending', 'delivered', 'dead']))
    .description('what it was told, and what was not taken');

const LIMIT = 200;

export async function run(
  { client, out, selection }: Context,
  { state }: { readonly state?: State },
  wanted: string,
): Promise<void> {
  const { id } = await findWebhook(client, (await selection.organization()).id, wanted);
  const all = await everyPage((cursor) => {
    const query = { limit: LIMIT, ...(state && { state }), ...(cursor && { cursor }) };
    return client.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id }, query } });
  });
  await out.result(all, () =>
    table(
      ['delivery', 'event', 'since', 'state', 'attempts', 'next', 'failure'],
      all.map((each) => [
        ...[each.id, shortOf(each.type), time(each.createdAt), each.state, each.attempts],
        ...[each.nextAttemptAt && time(each.nextAttemptAt), each.failure],
      ]),
    ),
  );
}
