import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseScale } from '../../parsing/scale.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<cluster>', 'one that was added; the first has the counts of berth ps scale')
    .argument('<process=count...>', 'web=3')
    .description('how many instances an app runs on one of its clusters');

export async function run({ client, out, selection }: Context, _given: object, cluster: string, processes: string[]) {
  const { id } = await selection.workload();
  const counts = parseScale(processes, {}).counts ?? {};
  const params = { path: { id, cluster } };
  const scaled = await answerOf(
    client.POST('/v1/workloads/{id}/placements/{cluster}/scale', { params, body: { counts } }),
  );
  const wanted = Object.entries(scaled.counts).map(([name, count]) => `${name}=${count}`);
  await out.result(scaled, () => `Instances on ${cluster}: ${wanted.join(' ')}`);
}
