import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { findSchedule } from './find-schedule.js';

export async function setSuspended(context: Context, name: string, suspended: boolean): Promise<Schemas['Schedule']> {
  const { id, generation } = await findSchedule(context, name);
  const headers = { 'if-match': `"${generation}"` };
  const params = { path: { id } };
  return answerOf(context.client.PATCH('/v1/schedules/{id}', { params, headers, body: { suspended } }));
}
