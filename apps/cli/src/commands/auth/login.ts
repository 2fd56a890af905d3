import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { type CredentialOptions, credentialOptions, credentials } from './credentials.js';

export const options = credentialOptions;

export async function run(context: Context, given: CredentialOptions): Promise<void> {
  const { client, session, out } = context;
  const body = await credentials(context, given);
  const { accessToken, refreshToken } = await answerOf(client.POST('/v1/auth/login', { body }));
  await session.start(body.email, { accessToken, refreshToken });
  await out.result({ email: body.email, server: session.server }, () => '');
  out.note(`Logged in to ${session.server} as ${body.email}.`);
}
