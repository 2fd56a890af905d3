import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions, waiting } from '../../deploying/settle.js';
import { parseSecretVersion } from '../../parsing/secret-version.js';
import { scoped, scopeOf, type ScopeOptions, waitForAll } from '../config/scope.js';

export const options = (command: Command): Command =>
  scoped(waiting(command)).argument('<NAME@VERSION>', 'the version that goes, for instance TOKEN@1');

/** Nothing that is released from now on gets it; what runs with it is replaced. */
export async function run(context: Context, given: WaitOptions & ScopeOptions, text: string): Promise<void> {
  const body = parseSecretVersion(text);
  const scope = await scopeOf(context, given);
  if (scope) {
    const wide = { params: { path: scope }, body };
    const { deployments, ...gone } = await answerOf(
      context.client.POST('/v1/secrets/scopes/{scope}/{scopeId}/revocations', wide),
    );
    const said = `Version ${gone.version} of ${gone.name} is revoked; ${deployments.length} that run with it get another.`;
    await context.out.result({ ...gone, deployments }, () => said);
    return waitForAll(context, deployments, given);
  }
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
