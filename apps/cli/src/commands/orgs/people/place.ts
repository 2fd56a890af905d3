import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { notFound } from '../../../errors.js';
import { everyPage } from '../../../output/pages.js';
import { rolesOf } from '../roles/roles.js';

/** Where a role is given, as far as it was said. */
export interface PlaceOptions {
  readonly project?: string;
  readonly env?: string;
}

export type Scope = Schemas['Membership']['scope'];
export type Member = Schemas['Membership'];
type Given = Pick<Schemas['CreateMembership'], 'role' | 'roleId'>;

const builtIn = ['owner', 'admin', 'developer', 'viewer', 'billing'] as const;

export const atPlace = (command: Command): Command =>
  command.option('--project <name>', 'only in this project').option('--env <name>', 'only in this environment');

/** The organization, unless a project or an environment was named in so many words. */
export async function scopeOf({ selection }: Context, { project, env }: PlaceOptions): Promise<Scope> {
  if (env !== undefined) return { kind: 'environment', id: (await selection.environment(env)).id };
  if (project !== undefined) return { kind: 'project', id: (await selection.project(project)).id };
  return { kind: 'organization', id: (await selection.organization()).id };
}

/** A built-in role, or one of the organization's own. @throws CliError when there is none of this name */
export async function roleNamed(client: Client, organization: string, name: string): Promise<Given> {
  const role = builtIn.find((each) => each === name);
  if (role) return { role };
  const own = (await rolesOf(client, organization)).find((each) => each.name === name);
  if (own) return { role: 'custom', roleId: own.id };
  throw notFound(`There is no role "${name}".`, `There are ${builtIn.join(', ')}, and: berth orgs roles`);
}

export const membersOf = (client: Client, organization: string): Promise<Member[]> =>
  everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/memberships', { params: { query } });
  });

export const isSame = (one: Scope, other: Scope): boolean => one.kind === other.kind && one.id === other.id;
