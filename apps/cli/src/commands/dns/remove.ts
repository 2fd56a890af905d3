import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { confirm, removable, type RemovalOptions } from '../removal.js';
import { findZone, ofOwner, type OwnerOptions } from './zones-of.js';

interface Options extends OwnerOptions, RemovalOptions {
  readonly force?: boolean;
}

export const options = (command: Command): Command =>
  removable(ofOwner(command)).option('--force', 'at once; its records stay where they are, and are nobody’s');

export async function run(context: Context, given: Options, name: string): Promise<void> {
  const { id } = await findZone(context, given, name);
  await confirm(context, `Hosts in ${name} lead nowhere any more.`, name, given);
  const query = { force: given.force ? ('true' as const) : ('false' as const) };
  await answerOf(context.client.DELETE('/v1/dns-zones/{id}', { params: { path: { id }, query } }));
  await context.out.result({ id }, () =>
    given.force ? `Zone ${name} is forgotten.` : `Zone ${name} goes when its records are taken away: berth dns list`,
  );
}
