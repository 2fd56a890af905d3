import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { type ByName, findDelegation, named } from './delegations.js';

export const options = named;

/** Nothing that was declared ends by it: nobody is asked twice. */
export async function run(context: Context, given: ByName, wanted: string): Promise<void> {
  const found = await findDelegation(context, wanted, given);
  const path = { id: found.projectId, delegationId: found.id };
  await answerOf(context.client.DELETE('/v1/projects/{id}/delegations/{delegationId}', { params: { path } }));
  const { namespace, cluster } = found;
  await context.out.result(found, () => `${namespace} of ${cluster} is not heard any more. What it declared stays.`);
}
