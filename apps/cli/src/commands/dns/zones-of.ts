import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';
import { inOrganization } from '../options.js';

const LIMIT = 200;

export interface OwnerOptions {
  readonly platform?: boolean;
}

export const ofOwner = (command: Command): Command =>
  inOrganization(command).option('--platform', "the platform's own, for its administrators");

/** Null: the platform. */
export const ownerOf = async ({ selection }: Context, { platform }: OwnerOptions): Promise<string | null> =>
  platform ? null : (await selection.organization()).id;

export async function zonesOf(context: Context, given: OwnerOptions): Promise<Schemas['DnsZone'][]> {
  const organization = await ownerOf(context, given);
  return everyPage((cursor) => {
    const query = { limit: LIMIT, ...(organization !== null && { organization }), ...(cursor && { cursor }) };
    return context.client.GET('/v1/dns-zones', { params: { query } });
  });
}

/** By its name. */
export async function findZone(context: Context, given: OwnerOptions, wanted: string): Promise<Schemas['DnsZone']> {
  const found = (await zonesOf(context, given)).find(({ name }) => name === wanted);
  if (!found) throw notFound(`There is no zone ${wanted}.`, 'See: berth dns list');
  return found;
}

/** What keeps it from being written, or that it is. */
export function stateOf({ deletedAt, conditions }: Schemas['DnsZone']): string {
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready?.status === 'false') return ready.message;
  if (deletedAt !== null) return 'is being taken away';
  return ready ? 'ready' : 'not looked at yet';
}
