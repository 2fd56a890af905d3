import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { duration } from '../../output/format.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command => ofWorkload(command);

export async function run(context: Context): Promise<void> {
  const { out, selection } = context;
  const { strategy } = await selection.workload();
  await out.result(strategy, () => strategyText(strategy));
}

/** How a release takes the place of the one before, in a sentence or a few. */
export function strategyText(strategy: Schemas['Workload']['strategy']): string {
  if (strategy.kind === 'rolling') return 'A release takes over as soon as its instances are ready.';
  const steps = strategy.steps.map(({ weight, holdSeconds }) => `${weight} % for ${duration(holdSeconds * 1_000)}`);
  return [
    `A release gets ${steps.join(', then ')} of the requests, then all of them.`,
    `It is taken back when an instance of it ends, or when more than ${strategy.maxErrorPercent} % of at least ${strategy.minRequests} answers in a step are errors.`,
  ].join('\n');
}
