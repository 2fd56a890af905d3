import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { domainOf } from './domains.js';

export const options = (command: Command): Command => ofWorkload(removable(command));

export async function run(context: Context, given: RemovalOptions, host: string): Promise<void> {
  const { client, out, selection } = context;
  const domain = await domainOf(client, (await selection.workload()).id, host);
  await confirmRemoval(context, `the domain ${domain.host}, which leads nowhere then`, domain.host, given);
  await answerOf(client.DELETE('/v1/domains/{id}', { params: { path: { id: domain.id } } }));
  await out.result(domain, () => `${domain.host} leads nowhere as soon as every cluster was told.`);
}
