import { answerOf, ApiProblem } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { isInteractive } from '../../io.js';
import { askHidden, type CredentialOptions, credentialOptions, type Credentials, credentials } from './credentials.js';

export interface LoginOptions extends CredentialOptions {
  readonly code?: string;
}

export const options = (command: Command): Command =>
  credentialOptions(command).option('--code <code>', 'of your authenticator, if you have one; asked for on a terminal');

export async function run(context: Context, given: LoginOptions): Promise<void> {
  const { session, out } = context;
  const body = await credentials(context, given);
  const { accessToken, refreshToken } = await logIn(context, body, given.code);
  await session.start(body.email, { accessToken, refreshToken });
  await out.result({ email: body.email, server: session.server }, () => '');
  out.note(`Logged in to ${session.server} as ${body.email}.`);
}

async function logIn(context: Context, known: Credentials, code: string | undefined) {
  const send = (given: string | undefined) =>
    answerOf(context.client.POST('/v1/auth/login', { body: given === undefined ? known : { ...known, code: given } }));
  try {
    return await send(code);
  } catch (error) {
    const isAsked = error instanceof ApiProblem && error.code === 'second_factor_required';
    if (!isAsked || !isInteractive(context.io)) throw error;
    return send(await askHidden(context.io, 'Code of your authenticator'));
  }
}
