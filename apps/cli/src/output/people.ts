import { answerOf, ApiProblem } from '@berth/api-client';
import type { Context } from '../context.js';

const isId = (subject: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(subject);

/**
 * Who did something: the e-mail address of a member, the name of a service account. The id of whom nobody knows here, or the
 * reader may not see.
 */
export async function peopleOf(
  context: Context,
  organization: string,
  subjects: readonly string[],
): Promise<(subject: string) => string> {
  const names = new Map<string, string>();
  for (const subject of new Set(subjects.filter(isId))) {
    const name = (await memberOf(context, organization, subject)) ?? (await accountOf(context, subject));
    if (name !== undefined) names.set(subject, name);
  }
  return (subject) => names.get(subject) ?? subject;
}

const memberOf = ({ client }: Context, organization: string, user: string): Promise<string | undefined> =>
  ifSeen(async () => {
    const query = { organization, user, limit: 1 };
    const { items } = await answerOf(client.GET('/v1/memberships', { params: { query } }));
    return items[0]?.email;
  });

const accountOf = ({ client }: Context, id: string): Promise<string | undefined> =>
  ifSeen(async () => (await answerOf(client.GET('/v1/service-accounts/{id}', { params: { path: { id } } }))).name);

async function ifSeen<Found>(ask: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiProblem && [403, 404].includes(error.status)) return undefined;
    throw error;
  }
}
