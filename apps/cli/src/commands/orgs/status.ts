import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { workloadSummary } from '../../output/workload-summary.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization } = await selection.organization();
  const summary = await answerOf(client.GET('/v1/environments/summary', { params: { query: { organization } } }));
  await out.result(summary, () => workloadSummary(summary));
}
