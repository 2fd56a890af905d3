import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { findPasskey } from './passkeys.js';

export const options = removable;

/** With the last second factor all sessions end, this one among them. */
export async function run(context: Context, given: RemovalOptions, wanted: string): Promise<void> {
  const { client, out } = context;
  const { id, name } = await findPasskey(context, wanted);
  await confirmRemoval(context, `the passkey ${name}`, name, given);
  await answerOf(client.DELETE('/v1/auth/passkeys/{id}', { params: { path: { id } } }));
  await out.result({ id }, () => `Nobody gets in with ${name} any more.`);
  out.note('If that was your last second factor, all your sessions have ended: berth login');
}
