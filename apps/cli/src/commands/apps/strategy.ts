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
  const limit = `It is taken back when an instance of it ends, or when more than ${strategy.maxErrorPercent} % of at least ${strategy.minRequests} answers in a step are errors.`;
  if (strategy.kind === 'blue-green') return [switchText(strategy), limit].join('\n');
  const steps = strategy.steps.map(({ weight, holdSeconds }) => `${weight} % for ${duration(holdSeconds * 1_000)}`);
  return [`A release gets ${steps.join(', then ')} of the requests, then all of them.`, limit].join('\n');
}

type Switch = Extract<Schemas['Workload']['strategy'], { kind: 'blue-green' }>;

function switchText({ holdSeconds, promoteWithinSeconds }: Switch): string {
  const time = (seconds: number): string => duration(seconds * 1_000);
  const when =
    promoteWithinSeconds === undefined
      ? 'when all of its instances are ready'
      : `when somebody promotes it (berth deployments promote), within ${time(promoteWithinSeconds)}`;
  return `A release comes up beside the one before and gets all requests at once ${when}; the one before stays up for another ${time(holdSeconds)}.`;
}
