import type { Context } from '../../context.js';
import { projectsOf } from '../../lists.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const organization = (await selection.organization()).id;
  const projects = await projectsOf(client, organization);
  const rows = projects.map((each) => [each.slug, time(each.createdAt)]);
  await out.result(projects, () => table(['name', 'created'], rows));
}
