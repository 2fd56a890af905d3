import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<name>')
    .option('--note <text>', 'what it is made for')
    .description('keep in mind what is live in an environment, to take all of it back there: berth envs rollback');

export async function run(
  { client, out, selection }: Context,
  { note }: { readonly note?: string },
  name: string,
): Promise<void> {
  const { id } = await selection.environment(name);
  const body = { note: note ?? null };
  const made = await answerOf(client.POST('/v1/environments/{id}/snapshots', { params: { path: { id } }, body }));
  await out.result(made, () => {
    const apps = made.workloads.map(
      ({ app, release }) => `${app} ${release === null ? '(never live)' : `v${release}`}`,
    );
    return `Snapshot ${made.id}: ${apps.join(', ') || 'nothing is there'}`;
  });
}
