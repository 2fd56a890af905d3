import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type Draining, draining, drainOf } from '../draining.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command =>
  draining(inProject(command))
    .argument('<name>')
    .argument('<cluster>', 'where its workloads are to stand')
    .description('take an environment to another cluster with all that is in it; both serve until each has drained');

export async function run(
  { client, out, selection }: Context,
  given: Draining,
  name: string,
  cluster: string,
): Promise<void> {
  const { id } = await selection.environment(name);
  const body = { cluster, ...drainOf(given) };
  const moved = await answerOf(client.POST('/v1/environments/{id}/move', { params: { path: { id } }, body }));
  await out.result(moved, () => `All of ${name} is on its way to ${cluster}: berth placements list --env ${name}`);
}
