import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type Draining, drainOf } from '../draining.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .option('--drain <duration>', 'how long it serves on there, which is paid for: 30s, at most 10m (default: 60s)')
    .argument('<cluster>', 'one that was added; an app leaves its first by berth apps move')
    .description('have an app leave one of its clusters');

export async function run({ client, out, selection }: Context, given: Draining, cluster: string): Promise<void> {
  const { id } = await selection.workload();
  const params = { path: { id, cluster }, query: drainOf(given) };
  const left = await answerOf(client.DELETE('/v1/workloads/{id}/placements/{cluster}', { params }));
  await out.result(left, () => `It leaves ${cluster}: berth placements list`);
}
