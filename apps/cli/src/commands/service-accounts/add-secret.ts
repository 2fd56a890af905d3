import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { record } from '../../output/table.js';
import { wholeNumber } from '../../parsing/whole-number.js';
import { inOrganization } from '../options.js';
import { findServiceAccount } from './find.js';

interface Options {
  readonly days: number;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<name>', 'or client id')
    .option('--days <number>', 'until it ends', wholeNumber, 365);

/** Beside the one that is in use, so that nothing stops while it is replaced. */
export async function run({ client, out, selection }: Context, { days }: Options, name: string): Promise<void> {
  const { id } = await findServiceAccount(client, (await selection.organization()).id, name);
  const params = { path: { id } };
  const body = { expiresInDays: days };
  const made = await answerOf(client.POST('/v1/service-accounts/{id}/secrets', { params, body }));
  await out.result(made, () =>
    record({ client_id: made.clientId, client_secret: made.clientSecret, 'secret id': made.id }),
  );
  out.note('It is shown this once. When it is in use: berth service-accounts revoke-secret NAME OLD-ID');
}
