import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

/** Names and versions: values are never answered. */
export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: workloadId } = await selection.workload();
  const { items } = await answerOf(client.GET('/v1/secrets/{workloadId}', { params: { path: { workloadId } } }));
  const rows = items.map((each) => [each.name, each.version, time(each.createdAt)]);
  await out.result(items, () => table(['name', 'version', 'since'], rows));
}
