import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions } from '../../deploying/settle.js';
import { scopeOf, type ScopeOptions, settleScoped } from './scope.js';

export type ChangeOptions = WaitOptions & ScopeOptions;

/** Changes variables of a workload, which releases them, or of what is above it, which releases them when that is said. */
export async function changeConfig(
  context: Context,
  body: Schemas['ChangeConfig'],
  given: ChangeOptions,
): Promise<void> {
  const { client } = context;
  const scope = await scopeOf(context, given);
  if (scope) {
    const wide = { params: { path: scope }, body: { ...body, apply: given.apply ?? false } };
    const change = await answerOf(client.PATCH('/v1/config/scopes/{scope}/{scopeId}', wide));
    return settleScoped(context, scope, change, given);
  }
  const { id: workloadId } = await context.selection.workloadOrNew();
  const params = { path: { workloadId } };
  await settleChange(context, await answerOf(client.PATCH('/v1/config/{workloadId}', { params, body })), given);
}

export async function changeSecrets(
  context: Context,
  body: Schemas['ChangeSecrets'],
  given: ChangeOptions,
): Promise<void> {
  const { client } = context;
  const scope = await scopeOf(context, given);
  if (scope) {
    const wide = { params: { path: scope }, body: { ...body, apply: given.apply ?? false } };
    const change = await answerOf(client.PATCH('/v1/secrets/scopes/{scope}/{scopeId}', wide));
    noteRevoked(context, change.revoked);
    return settleScoped(context, scope, change, given);
  }
  const { id: workloadId } = await context.selection.workloadOrNew();
  const params = { path: { workloadId } };
  const change = await answerOf(client.PATCH('/v1/secrets/{workloadId}', { params, body }));
  noteRevoked(context, change.revoked);
  await settleChange(context, change, given);
}

async function settleChange(context: Context, change: Schemas['ConfigChange'], given: WaitOptions): Promise<void> {
  if (change.deploymentId !== null) return settleId(context, change.deploymentId, given);
  await context.out.result(change, () => `Config version ${change.version} takes effect with the first deployment.`);
}

function noteRevoked({ out }: Context, revoked: Schemas['SecretsChange']['revoked']): void {
  for (const { name, version } of revoked) out.note(`Version ${version} of ${name} is revoked.`);
}
