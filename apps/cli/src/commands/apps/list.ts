import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { appsOf } from '../../lists.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inProject } from '../options.js';

export const options = inProject;

export async function run({ client, out, selection }: Context): Promise<void> {
  const project = (await selection.project()).id;
  const apps = await appsOf(client, project);
  const rows = apps.map((each) => [each.slug, ...sourceCells(each.source), time(each.createdAt)]);
  await out.result(apps, () => table(['name', 'source', 'branch', 'created'], rows));
}

function sourceCells(source: Schemas['App']['source']): string[] {
  if (source.kind === 'git') return [source.url, source.branch];
  return source.kind === 'image' ? [source.image, ''] : ['uploaded', ''];
}
