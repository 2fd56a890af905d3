import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

interface Options {
  readonly displayName?: string;
}

export const options = (command: Command): Command =>
  command
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--display-name <text>', 'shown to people');

export async function run({ client, out }: Context, { displayName }: Options, slug: string): Promise<void> {
  const body = { slug, ...(displayName === undefined ? {} : { displayName }) };
  const made = await answerOf(client.POST('/v1/organizations', { body }));
  await out.result(made, () => `Organization ${made.slug} is made.`);
}
