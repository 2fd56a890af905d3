import { answerOf, type Schemas } from '@berth/api-client';
import { podPatch } from '@berth/contracts/common';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions, waiting } from '../../deploying/settle.js';
import { planText, requireHope } from '../deployments/dry-run.js';
import { ofWorkload } from '../options.js';
import { readJson } from '../price-books/read-json.js';

interface Options extends WaitOptions {
  readonly dryRun?: true;
}

export const options = (command: Command): Command =>
  waiting(ofWorkload(command))
    .argument('<process>', 'web, worker ...')
    .argument('<file>', 'a part of a pod template: {"spec": {"securityContext": {"runAsUser": 1000}}}')
    .option('--dry-run', 'ask the cluster, and show what would change');

/** The whole patch of a process type; another one is another release. */
export async function run(context: Context, given: Options, process: string, file: string): Promise<void> {
  const { client, io, out, selection } = context;
  const { id } = await selection.workload();
  const body: Schemas['PodPatch'] = await readJson(io.folder, file, podPatch);
  const params = { path: { id, process }, query: { dryRun: given.dryRun ? ('true' as const) : ('false' as const) } };
  const answer = await answerOf(client.PUT('/v1/workloads/{id}/patches/{process}', { params, body }));
  if (!('workload' in answer)) {
    await out.result(answer, () => planText(answer));
    return requireHope(answer);
  }
  if (answer.deploymentId !== null) return settleId(context, answer.deploymentId, given);
  await out.result(answer, () => `${process} is patched so from its next release on.`);
}
