import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { inProject } from '../options.js';

interface Options {
  readonly cluster: string;
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<namespace>', 'whose objects of berth.dev are heard')
    .requiredOption('--cluster <name>', 'where the namespace is')
    .description(
      'let objects of a namespace act as the machine whose token is in BERTH_TOKEN (berth orgs create-token), as long as that is good',
    );

export async function run({ client, out, selection }: Context, { cluster }: Options, namespace: string): Promise<void> {
  const { id, slug } = await selection.project();
  const body = { cluster, namespace };
  const made = await answerOf(client.POST('/v1/projects/{id}/delegations', { params: { path: { id } }, body }));
  await out.result(made, () => `Objects in ${namespace} of ${cluster} speak in ${slug} until ${time(made.endsAt)}.`);
}
