import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { volumeOf } from './volumes.js';

export const options = (command: Command): Command => ofWorkload(removable(command));

export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out, selection } = context;
  const volume = await volumeOf(client, (await selection.workload()).id, name);
  await confirmRemoval(context, `the volume ${name} and all that is in it`, name, given);
  await answerOf(client.DELETE('/v1/volumes/{id}', { params: { path: { id: volume.id } } }));
  await out.result(volume, () => `The volume ${name} goes when no instance has it any more.`);
}
