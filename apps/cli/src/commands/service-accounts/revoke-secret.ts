import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { findServiceAccount } from './find.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<name>', 'or client id').argument('<secret>', 'id or start of the secret');

export async function run({ client, out, selection }: Context, _: object, name: string, wanted: string): Promise<void> {
  const { id, secrets } = await findServiceAccount(client, (await selection.organization()).id, name);
  const secretId = secrets.find(({ prefix }) => prefix === wanted)?.id ?? wanted;
  const path = { id, secretId };
  await answerOf(client.DELETE('/v1/service-accounts/{id}/secrets/{secretId}', { params: { path } }));
  await out.result({ revoked: secretId }, () => 'The secret is worthless now.');
}
