import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions, waiting } from '../../deploying/settle.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('<process>', 'web, worker ...');

export async function run(context: Context, given: WaitOptions, process: string): Promise<void> {
  const { client, out, selection } = context;
  const { id } = await selection.workload();
  const params = { path: { id, process } };
  const change = await answerOf(client.DELETE('/v1/workloads/{id}/patches/{process}', { params }));
  if (change.deploymentId !== null) return settleId(context, change.deploymentId, given);
  await out.result(change, () => `${process} has no patch.`);
}
