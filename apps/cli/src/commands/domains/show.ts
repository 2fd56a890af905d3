import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { described, domainOf } from './domains.js';

export const options = (command: Command): Command => ofWorkload(command).argument('<host>');

export async function run({ client, out, selection }: Context, _options: object, host: string): Promise<void> {
  const domain = await domainOf(client, (await selection.workload()).id, host);
  await out.result(domain, () => described(domain));
}
