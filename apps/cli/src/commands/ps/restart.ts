import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const change = await answerOf(client.POST('/v1/workloads/{id}/restart', { params: { path: { id } } }));
  await out.result(change, () => 'All instances are being replaced by new ones of the same release.');
}
