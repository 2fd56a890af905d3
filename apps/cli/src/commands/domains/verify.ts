import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { domainOf, named, type PathOptions, withPath } from './domains.js';

export const options = (command: Command): Command =>
  withPath(ofWorkload(command))
    .argument('<host>')
    .description('have its record looked for now, or anew when it was given up');

export async function run({ client, out, selection }: Context, { path }: PathOptions, host: string): Promise<void> {
  const { id } = await domainOf(client, (await selection.workload()).id, host, path);
  const asked = await answerOf(client.POST('/v1/domains/{id}/verify', { params: { path: { id } } }));
  await out.result(
    asked,
    () => `The record of ${asked.host} is looked for. What was found: berth domains show ${named(asked)}`,
  );
}
