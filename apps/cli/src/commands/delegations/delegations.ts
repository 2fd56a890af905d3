import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound, usageError } from '../../errors.js';
import { everyPage } from '../../output/pages.js';
import { inProject } from '../options.js';

type Delegation = Schemas['Delegation'];

export interface ByName {
  readonly cluster?: string;
}

/** A namespace names it, with its cluster where several have one of that name. */
export const named = (command: Command): Command =>
  inProject(command).argument('<namespace>', 'or id').option('--cluster <name>', 'where the namespace is');

export const delegationsOf = (client: Client, projectId: string): Promise<Delegation[]> =>
  everyPage((cursor) => {
    const query = { limit: 200, ...(cursor && { cursor }) };
    return client.GET('/v1/projects/{id}/delegations', { params: { path: { id: projectId }, query } });
  });

/** @throws CliError 4 when there is none, 2 when there are several */
export async function findDelegation(
  { client, selection }: Context,
  wanted: string,
  { cluster }: ByName,
): Promise<Delegation> {
  const all = await delegationsOf(client, (await selection.project()).id);
  const isMeant = (each: Delegation): boolean =>
    (each.id === wanted || each.namespace === wanted) && (cluster === undefined || each.cluster === cluster);
  const [found, ...others] = all.filter(isMeant);
  if (others.length > 0)
    throw usageError(`Namespaces of several clusters are called ${wanted}.`, 'Say --cluster NAME.');
  if (!found) throw notFound(`The namespace ${wanted} is not delegated.`, 'See: berth delegations list');
  return found;
}

/** Whether its objects are heard, and what to do where they are not. */
export function stateOf({ endsAt, conditions }: Delegation, now: Date): string {
  if (Date.parse(endsAt) <= now.getTime()) return 'ended';
  const followed = conditions.find(({ type }) => type === 'Followed');
  if (!followed) return 'not looked at yet';
  return followed.status === 'true' ? 'heard' : followed.message;
}
