import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { findServiceAccount } from './find.js';

export const options = (command: Command): Command => inOrganization(removable(command));

export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out, selection } = context;
  const account = await findServiceAccount(client, (await selection.organization()).id, name);
  await confirmRemoval(context, `the service account ${name} with its secrets`, name, given);
  await answerOf(client.DELETE('/v1/service-accounts/{id}', { params: { path: { id: account.id } } }));
  await out.result(account, () => `${name} is deleted: what used its secrets is out.`);
}
