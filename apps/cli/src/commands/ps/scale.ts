import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions, waiting } from '../../deploying/settle.js';
import { parseScale, type Sizes } from '../../parsing/scale.js';
import { ofWorkload } from '../options.js';

type Options = Sizes & WaitOptions;

export const options = (command: Command): Command =>
  waiting(ofWorkload(command))
    .argument(
      '[process=count...]',
      'web=3 worker=2..10; between bounds the runtime chooses; without count only the size changes',
    )
    .option('--target-cpu <percent>', 'what it steers towards between bounds; default: 70')
    .option('--cpu <amount>', 'of one instance: 500m, 2')
    .option('--memory <amount>', 'of one instance: 256Mi, 1Gi');

/** Counts change at once; sizes make a release and a deployment. */
export async function run(context: Context, given: Options, processes: string[]): Promise<void> {
  const { client, out, selection } = context;
  const body = parseScale(processes, given);
  const { id } = await selection.workload();
  const params = { path: { id } };
  const change = await answerOf(client.POST('/v1/workloads/{id}/scale', { params, body }));
  if (change.deploymentId !== null) return settleId(context, change.deploymentId, given);
  await out.result(change, () => `Instances: ${countsOf(change.workload)}`);
}

const countsOf = ({ counts, autoscaling }: Schemas['Workload']): string =>
  Object.entries({ ...counts, ...autoscaling })
    .map(([name, wanted]) => `${name}=${typeof wanted === 'number' ? wanted : `${wanted.min}..${wanted.max}`}`)
    .join(' ');
