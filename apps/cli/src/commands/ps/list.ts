import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { outOfDateNote, unknownNote } from '../status/status.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const workload = await selection.workload();
  const path = { params: { path: { id: workload.id } } };
  for (const note of unknownNote(workload)) out.note(note);
  const { items, silent } = await answerOf(client.GET('/v1/workloads/{id}/instances', path));
  const head = ['instance', 'cluster', 'process', 'release', 'state', 'size', 'restarts', 'started', 'trouble'];
  await out.result(items, () => (items.length === 0 ? '' : table(head, items.map(row))));
  for (const cluster of silent) out.note(`${cluster} does not answer: what runs there is not listed.`);
  if (out.json) return;
  for (const note of outOfDateNote(workload)) out.note(note);
  if (items.length > 0 || silent.length > 0) return;
  out.note(workload.state === 'stopped' ? 'It is stopped: berth ps start' : 'Nothing runs.');
}

const row = (each: Schemas['InstanceList']['items'][number]): Cell[] => [
  each.id,
  each.cluster,
  each.processType,
  `v${each.release}`,
  each.state,
  `${each.cpuMillicores}m ${each.memoryMib}Mi`,
  each.restarts,
  time(each.startedAt),
  each.trouble && `${each.trouble.cause}: ${each.trouble.message}`,
];
