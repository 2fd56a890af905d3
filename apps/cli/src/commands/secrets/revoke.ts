import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions, waiting } from '../../deploying/settle.js';
import { parseSecretVersion } from '../../parsing/secret-version.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  waiting(ofWorkload(command)).argument('<NAME@VERSION>', 'the version that goes, for instance TOKEN@1');

/** Nothing that is released from now on gets it; what runs with it is replaced. */
export async function run(context: Context, given: WaitOptions, text: string): Promise<void> {
  const body = parseSecretVersion(text);
  const { id: workloadId } = await context.selection.workload();
  const params = { path: { workloadId } };
  const path = '/v1/secrets/{workloadId}/revocations' as const;
  const revoked = await answerOf(context.client.POST(path, { params, body }));
  if (revoked.deploymentId !== null) return settleId(context, revoked.deploymentId, given);
  await context.out.result(
    revoked,
    () => `Version ${revoked.version} of ${revoked.name} is revoked; nothing runs with it.`,
  );
}
