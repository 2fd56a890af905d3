import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { findPullCredential } from './pull-credentials.js';

export const options = (command: Command): Command => inOrganization(command).argument('<registry>', 'its host');

export async function run({ client, out, selection }: Context, _: object, wanted: string): Promise<void> {
  const { id, registry } = await findPullCredential(client, (await selection.organization()).id, wanted);
  await answerOf(client.DELETE('/v1/pull-credentials/{id}', { params: { path: { id } } }));
  await out.result({ id }, () => `Nothing more is pulled from ${registry} with it.`);
}
