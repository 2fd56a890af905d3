import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { everyPage } from '../../output/pages.js';
import { inOrganization } from '../options.js';
import { askedFor, type Filter, filtered, showEntries } from './entries.js';

export const options = (command: Command): Command => filtered(inOrganization(command));

export async function run(context: Context, filter: Filter): Promise<void> {
  const { id: organization } = await context.selection.organization();
  const entries = await everyPage(
    (cursor) => context.client.GET('/v1/audit', { params: { query: { organization, ...askedFor(filter, cursor) } } }),
    filter.limit,
  );
  await showEntries(context, entries);
}
