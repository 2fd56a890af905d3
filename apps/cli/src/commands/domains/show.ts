import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { described, domainOf, type PathOptions, withPath } from './domains.js';

export const options = (command: Command): Command => withPath(ofWorkload(command)).argument('<host>');

export async function run({ client, out, selection }: Context, { path }: PathOptions, host: string): Promise<void> {
  const domain = await domainOf(client, (await selection.workload()).id, host, path);
  await out.result(domain, () => described(domain));
}
