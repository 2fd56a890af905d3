import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { findZone, ofOwner, type OwnerOptions } from './zones-of.js';

const LIMIT = 200;

export const options = (command: Command): Command => ofOwner(command).argument('<zone>', 'its name');

export async function run(context: Context, given: OwnerOptions, name: string): Promise<void> {
  const { id } = await findZone(context, given, name);
  const all = await everyPage((cursor) => {
    const query = { limit: LIMIT, ...(cursor && { cursor }) };
    return context.client.GET('/v1/dns-zones/{id}/records', { params: { path: { id }, query } });
  });
  await context.out.result(all, () =>
    table(
      ['host', 'leads to', 'state', 'what is missing'],
      all.map(({ host, values, state, message }) => [
        ...[host, values.map(({ data }) => data).join(', '), state, message ?? ''],
      ]),
    ),
  );
}
