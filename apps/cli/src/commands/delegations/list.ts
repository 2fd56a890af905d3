import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inProject } from '../options.js';
import { delegationsOf, stateOf } from './delegations.js';

export const options = inProject;

export async function run({ client, out, selection, clock }: Context): Promise<void> {
  const all = await delegationsOf(client, (await selection.project()).id);
  const rows = all.map((each) => [
    ...[each.namespace, each.cluster, each.subjectId, time(each.endsAt), stateOf(each, clock.date())],
  ]);
  await out.result(all, () => table(['namespace', 'cluster', 'acts as', 'until', 'state'], rows));
}
