import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const organization = (await selection.organization()).id;
  const projects = await everyPage((cursor) =>
    client.GET('/v1/projects', { params: { query: { organization, limit: 200, ...(cursor ? { cursor } : {}) } } }),
  );
  const rows = projects.map((each) => [each.slug, time(each.createdAt)]);
  await out.result(projects, () => table(['name', 'created'], rows));
}
