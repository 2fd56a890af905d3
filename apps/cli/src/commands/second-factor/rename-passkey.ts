import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { findPasskey } from './passkeys.js';

export const options = (command: Command): Command =>
  command.argument('<passkey>', 'its name or id').argument('<new-name>', 'to tell it from others');

export async function run(
  context: Context,
  _: object,
  ...[wanted, name]: [wanted: string, name: string]
): Promise<void> {
  const { client, out } = context;
  const { id } = await findPasskey(context, wanted);
  const passkey = await answerOf(client.PUT('/v1/auth/passkeys/{id}', { params: { path: { id } }, body: { name } }));
  await out.result(passkey, () => `It is called ${passkey.name} from now on.`);
}
