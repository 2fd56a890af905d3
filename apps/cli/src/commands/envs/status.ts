import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { workloadSummary } from '../../output/workload-summary.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command => inProject(command).argument('<name>');

export async function run({ client, out, selection }: Context, _options: object, name: string): Promise<void> {
  const { id } = await selection.environment(name);
  const summary = await answerOf(client.GET('/v1/environments/{id}/summary', { params: { path: { id } } }));
  await out.result(summary, () => workloadSummary(summary));
}
