import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';

/** What its visitors have to pass, in words. */
export function protectionText({ logins, allow }: Schemas['WorkloadProtection']): string {
  const from = allow.length > 0 ? `Reached from ${allow.join(', ')} only.` : 'Reached from everywhere.';
  const who = logins.length > 0 ? `Asks for the password of ${logins.join(' or ')}.` : 'Asks nobody for a password.';
  return `${from}\n${who}`;
}

export async function protectionOf({ client, selection }: Context): Promise<Schemas['WorkloadProtection']> {
  const { id } = await selection.workload();
  return answerOf(client.GET('/v1/workloads/{id}/protection', { params: { path: { id } } }));
}

/** It takes effect at once. */
export async function changeProtection(
  { client, out, selection }: Context,
  body: Schemas['ChangeProtection'],
  known?: string,
): Promise<void> {
  const id = known ?? (await selection.workload()).id;
  const params = { path: { id } };
  const changed = await answerOf(client.PATCH('/v1/workloads/{id}/protection', { params, body }));
  await out.result(changed, () => protectionText(changed));
}
