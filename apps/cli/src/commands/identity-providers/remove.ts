import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { findIdentityProvider } from './identity-providers.js';

export const options = (command: Command): Command => inOrganization(removable(command));

/** Roles that it gave stay. */
export async function run(context: Context, given: RemovalOptions, wanted: string): Promise<void> {
  const { client, out } = context;
  const { id, displayName } = await findIdentityProvider(context, wanted);
  await confirmRemoval(context, `the identity provider ${displayName}`, displayName, given);
  await answerOf(client.DELETE('/v1/identity-providers/{id}', { params: { path: { id } } }));
  await out.result({ id }, () => `Nobody signs in by ${displayName} any more; members stay members.`);
}
