import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseScale } from '../../parsing/scale.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<cluster>', 'where it is to stand, too')
    .argument('[process=count...]', 'web=2; what is not named runs one of web and none of others there')
    .description('have an app serve from one cluster more');

export async function run({ client, out, selection }: Context, _given: object, cluster: string, processes: string[]) {
  const { id } = await selection.workload();
  const counts = processes.length === 0 ? {} : parseScale(processes, {}).counts;
  const body = { cluster, ...(counts && { counts }) };
  const added = await answerOf(client.POST('/v1/workloads/{id}/placements', { params: { path: { id } }, body }));
  await out.result(added, () => `It is on its way to ${cluster}, too: berth placements list`);
}
