import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { domainOf, nameOf, type PathOptions, withPath } from './domains.js';

export const options = (command: Command): Command => withPath(ofWorkload(removable(command)));

export async function run(context: Context, given: RemovalOptions & PathOptions, host: string): Promise<void> {
  const { client, out, selection } = context;
  const domain = await domainOf(client, (await selection.workload()).id, host, given.path);
  const name = nameOf(domain);
  await confirmRemoval(context, `the domain ${name}, which leads nowhere then`, name, given);
  await answerOf(client.DELETE('/v1/domains/{id}', { params: { path: { id: domain.id } } }));
  await out.result(domain, () => `${name} leads nowhere as soon as every cluster was told.`);
}
