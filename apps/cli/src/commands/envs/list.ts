import type { Context } from '../../context.js';
import { environmentsOf } from '../../lists.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inProject } from '../options.js';

export const options = inProject;

export async function run({ client, out, selection }: Context): Promise<void> {
  const project = (await selection.project()).id;
  const environments = await environmentsOf(client, project);
  const rows = environments.map((each) => [each.slug, each.kind, each.namespace, time(each.createdAt)]);
  await out.result(environments, () => table(['name', 'kind', 'namespace', 'created'], rows));
}
