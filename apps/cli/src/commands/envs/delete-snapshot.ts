import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { confirmRemoval, type RemovalOptions } from '../removal.js';

export const options = (command: Command): Command =>
  command
    .argument('<snapshot>', 'berth envs snapshots NAME')
    .option('--yes', 'do not ask for it once more')
    .description('forget a snapshot; releases stay, and so do the reports of rollbacks to it');

export async function run(context: Context, given: RemovalOptions, id: string): Promise<void> {
  const { client, out } = context;
  const params = { path: { id } };
  const snapshot = await answerOf(client.GET('/v1/snapshots/{id}', { params }));
  await confirmRemoval(context, `the snapshot of ${time(snapshot.createdAt)}`, id, given);
  await answerOf(client.DELETE('/v1/snapshots/{id}', { params }));
  await out.result(snapshot, () => `The snapshot of ${time(snapshot.createdAt)} is deleted.`);
}
