import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseMemory } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';
import { volumeOf } from './volumes.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<name>')
    .argument('<size>', '20Gi; a volume never shrinks')
    .description('make a volume larger; its instances go on meanwhile');

export async function run(
  { client, out, selection }: Context,
  _options: object,
  ...[name, size]: [name: string, size: string]
): Promise<void> {
  const { id, generation } = await volumeOf(client, (await selection.workload()).id, name);
  const params = { path: { id } };
  const body = { sizeMib: parseMemory(size) };
  const grown = await answerOf(
    client.PATCH('/v1/volumes/{id}', { params, headers: { 'if-match': `"${generation}"` }, body }),
  );
  await out.result(grown, () => `The volume ${name} has ${grown.sizeMib} MiB as soon as the cluster has made room.`);
}
