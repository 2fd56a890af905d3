import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions } from '../../deploying/settle.js';

/** Changes variables: a new config version and, when something is live, a deployment of it. */
export async function changeConfig(context: Context, body: Schemas['ChangeConfig'], given: WaitOptions): Promise<void> {
  const { id: workloadId } = await context.selection.workloadOrNew();
  const params = { path: { workloadId } };
  await settleChange(context, await answerOf(context.client.PATCH('/v1/config/{workloadId}', { params, body })), given);
}

export async function changeSecrets(
  context: Context,
  body: Schemas['ChangeSecrets'],
  given: WaitOptions,
): Promise<void> {
  const { id: workloadId } = await context.selection.workloadOrNew();
  const params = { path: { workloadId } };
  await settleChange(
    context,
    await answerOf(context.client.PATCH('/v1/secrets/{workloadId}', { params, body })),
    given,
  );
}

async function settleChange(context: Context, change: Schemas['ConfigChange'], given: WaitOptions): Promise<void> {
  if (change.deploymentId !== null) return settleId(context, change.deploymentId, given);
  await context.out.result(change, () => `Config version ${change.version} takes effect with the first deployment.`);
}
