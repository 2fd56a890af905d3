import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { stillOf, verticalOf } from './vertical.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  if (await verticalOf(client, id))
    await answerOf(client.DELETE('/v1/workloads/{id}/vertical-autoscaling', { params: { path: { id } } }));
  await out.result(stillOf(id), () => 'Its sizes stay as they are.');
}
