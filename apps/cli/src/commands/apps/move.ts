import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes, interrupted } from '../../errors.js';
import { type Draining, draining, drainOf } from '../draining.js';
import { ofWorkload } from '../options.js';
import { placementsOf } from '../placements/list.js';

interface Options extends Draining {
  readonly wait?: boolean;
}

const LOOK_MILLISECONDS = 500;

export const options = (command: Command): Command =>
  draining(ofWorkload(command))
    .argument('<cluster>', 'where it is to stand; where it stands already ends a move that is under way')
    .option('--wait', 'until it is live there, or has stayed where it was')
    .description('take an app to another cluster; both serve until the former one has drained');

export async function run(context: Context, given: Options, cluster: string): Promise<void> {
  const { client, out, selection } = context;
  const { id } = await selection.workload();
  const body = { cluster, ...drainOf(given) };
  const moved = await answerOf(client.POST('/v1/workloads/{id}/move', { params: { path: { id } }, body }));
  const there = given.wait
    ? await arrivalOf(context, id, cluster)
    : moved.items.find((each) => each.cluster === cluster);
  if (there?.state === 'failed') throw new CliError(exitCodes.deploymentFailed, `It stayed: ${there.message ?? ''}`);
  await out.result(moved, () =>
    there?.state === 'active' ? `It stands on ${cluster}.` : `It is on its way to ${cluster}: berth placements list`,
  );
}

/** As soon as it is on its way no more; undefined when it was called elsewhere. */
async function arrivalOf(
  { client, clock, signal }: Context,
  id: string,
  cluster: string,
): Promise<Schemas['Placement'] | undefined> {
  for (;;) {
    const there = (await placementsOf(client, id)).find((each) => each.cluster === cluster);
    // One that drains after it failed says so at its end.
    if (!there || there.state === 'active' || there.state === 'failed') return there;
    if (signal.aborted) throw interrupted('The move goes on. See it: berth placements list');
    await clock.pause(LOOK_MILLISECONDS, signal);
  }
}
