import { ApiProblem, answerOf, type Client } from '@berth/api-client';
import type { Scope } from './place.js';

/** What places are called, for whoever may see them; the id of a place that is gone or not theirs to see. */
export async function placeNames(client: Client, scopes: readonly Scope[]): Promise<(scope: Scope) => string> {
  const ids = new Map(scopes.map(({ kind, id }) => [id, kind]));
  const named = await Promise.all(
    [...ids].map(async ([id, kind]) => [id, await nameOf(client, { kind, id })] as const),
  );
  const names = new Map(named);
  return ({ kind, id }) => (kind === 'organization' ? kind : `${kind} ${names.get(id) ?? id}`);
}

async function nameOf(client: Client, { kind, id }: Scope): Promise<string> {
  if (kind === 'organization') return kind;
  const params = { path: { id } };
  try {
    if (kind === 'project') return (await answerOf(client.GET('/v1/projects/{id}', { params }))).slug;
    return (await answerOf(client.GET('/v1/environments/{id}', { params }))).slug;
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 403 || error.status === 404)) return id;
    throw error;
  }
}
