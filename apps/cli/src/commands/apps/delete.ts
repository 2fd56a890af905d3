import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inProject } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions, removalText, removeWorkloads } from '../removal.js';

export const options = (command: Command): Command => inProject(removable(command));

export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out, selection } = context;
  const app = await selection.app(name);
  await confirmRemoval(
    context,
    `the app ${app.slug}, what runs of it in every environment, its volumes with all that is in them, and its history`,
    name,
    given,
  );
  const ended = await removeWorkloads(context, { app: app.id });
  await answerOf(client.DELETE('/v1/apps/{id}', { params: { path: { id: app.id } } }));
  await out.result(app, () => removalText(`App ${app.slug}`, ended.length, 'of it'));
}
