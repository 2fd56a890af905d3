import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: workloadId } = await selection.workload();
  const config = await answerOf(client.GET('/v1/config/{workloadId}', { params: { path: { workloadId } } }));
  const lines = Object.entries(config.variables).map(([name, value]) => `${name}=${value}`);
  await out.result(config, () => lines.sort().join('\n'));
}
