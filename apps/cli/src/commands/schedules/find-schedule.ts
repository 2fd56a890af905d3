import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { schedulesOf } from '../../lists.js';

/** By its name in the workload. */
export async function findSchedule({ client, selection }: Context, name: string): Promise<Schemas['Schedule']> {
  const all = await schedulesOf(client, (await selection.workload()).id);
  const found = all.find((each) => each.name === name);
  if (!found) throw notFound(`There is no schedule ${name}.`, 'See: berth schedules list');
  return found;
}
