import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { tasksOf } from '../../lists.js';

/** By id, or the newest one of the workload. */
export async function findTask(context: Context, wanted: string | undefined): Promise<Schemas['Task']> {
  const { client, selection } = context;
  if (wanted !== undefined) return answerOf(client.GET('/v1/tasks/{id}', { params: { path: { id: wanted } } }));
  const [newest] = await tasksOf(client, (await selection.workload()).id, 1);
  if (!newest) throw notFound('No task was run here.', 'Run one: berth run COMMAND');
  return newest;
}
