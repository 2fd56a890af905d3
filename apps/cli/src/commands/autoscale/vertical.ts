import { answerOf, ApiProblem, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';

export type Vertical = Schemas['Vertical'];

/** Null: its sizes follow nothing. */
export async function verticalOf(client: Context['client'], id: string): Promise<Vertical | null> {
  try {
    return await answerOf(client.GET('/v1/workloads/{id}/vertical-autoscaling', { params: { path: { id } } }));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

/** What scripts read of sizes that follow nothing. */
export const stillOf = (workloadId: string) => ({ workloadId, processes: {} });
