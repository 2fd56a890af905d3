import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { described, type PathOptions, withPath } from './domains.js';

export const options = (command: Command): Command =>
  withPath(ofWorkload(command))
    .argument('<host>', 'shop.example.com')
    .description('a host of your own; it leads to the app once a record of its zone says that it is yours');

export async function run({ client, out, selection }: Context, { path }: PathOptions, host: string): Promise<void> {
  const { id: workloadId } = await selection.workload();
  const made = await answerOf(
    client.POST('/v1/domains', { body: { workloadId, host, ...(path !== '/' && { path }) } }),
  );
  await out.result(made, () => described(made));
}
