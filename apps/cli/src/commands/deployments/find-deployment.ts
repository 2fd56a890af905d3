import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { deploymentsOf } from '../../lists.js';
import { parseNumber } from '../../parsing/units.js';

type Deployment = Schemas['Deployment'];

/** By id, by number within the workload, or the newest one. */
export async function findDeployment(context: Context, wanted: string | undefined): Promise<Deployment> {
  const { client, selection } = context;
  if (wanted !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted)) {
    return answerOf(client.GET('/v1/deployments/{id}', { params: { path: { id: wanted } } }));
  }
  const number = wanted === undefined ? undefined : parseNumber(wanted, 'deployment');
  const { id } = await selection.workload();
  const found = (await deploymentsOf(client, id, number === undefined ? 1 : undefined)).find(
    (each) => number === undefined || each.number === number,
  );
  if (!found) throw notFound('There is no such deployment.', 'See: berth deployments list');
  return found;
}
