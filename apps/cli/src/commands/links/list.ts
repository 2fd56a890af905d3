import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: workloadId } = await selection.workload();
  const links = await answerOf(client.GET('/v1/links/{workloadId}', { params: { path: { workloadId } } }));
  const rows = [
    ...links.items.map(({ app, variables }) => ['uses', app, variables.join(', ')]),
    ...links.usedBy.map(({ app }) => ['is used by', app, '']),
  ];
  await out.result(links, () => table(['', 'app', 'variables'], rows));
}
