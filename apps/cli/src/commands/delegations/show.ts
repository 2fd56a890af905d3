import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { record } from '../../output/table.js';
import { type ByName, findDelegation, named, stateOf } from './delegations.js';

export const options = named;

export async function run(context: Context, given: ByName, namespace: string): Promise<void> {
  const { id: delegationId, projectId: id } = await findDelegation(context, namespace, given);
  const params = { path: { id, delegationId } };
  const found = await answerOf(context.client.GET('/v1/projects/{id}/delegations/{delegationId}', { params }));
  const { cluster, subjectId, scopes, createdAt, endsAt } = found;
  await context.out.result(found, () =>
    record({
      ...{ id: delegationId, namespace: found.namespace, cluster, 'acts as': subjectId, 'may do': scopes.join(' ') },
      ...{ since: time(createdAt), until: time(endsAt), state: stateOf(found, context.clock.date()) },
    }),
  );
}
