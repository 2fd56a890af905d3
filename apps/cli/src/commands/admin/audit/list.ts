import type { Context } from '../../../context.js';
import { everyPage } from '../../../output/pages.js';
import { askedFor, type Filter, filtered, showEntries } from '../../audit/entries.js';

export const options = filtered;

export async function run(context: Context, filter: Filter): Promise<void> {
  const entries = await everyPage(
    (cursor) => context.client.GET('/v1/admin/user-management/audit', { params: { query: askedFor(filter, cursor) } }),
    filter.limit,
  );
  await showEntries(context, entries);
}
