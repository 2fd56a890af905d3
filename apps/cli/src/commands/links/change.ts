import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { settleId, type WaitOptions } from '../../deploying/settle.js';

/** Another config version and, when something is live, a deployment of it. */
export async function changeLinks(context: Context, body: Schemas['ChangeLinks'], given: WaitOptions): Promise<void> {
  const { id: workloadId } = await context.selection.workloadOrNew();
  const params = { path: { workloadId } };
  const change = await answerOf(context.client.PATCH('/v1/links/{workloadId}', { params, body }));
  if (change.deploymentId !== null) return settleId(context, change.deploymentId, given);
  await context.out.result(
    change,
    () => `Config version ${change.version} says so; nothing has to be deployed for it.`,
  );
}
