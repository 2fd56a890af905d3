import { answerOf, type StoredTokens } from '@berth/api-client';
import type { Command } from 'commander';
import { openBrowser } from '../../browser.js';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive } from '../../io.js';
import { type CredentialOptions, credentialOptions, type Credentials, credentials } from './credentials.js';
import { deviceLogin } from './device.js';
import { withSecondFactor } from './second-factor.js';

export interface LoginOptions extends CredentialOptions {
  readonly code?: string;
  readonly browser: boolean;
}

export const options = (command: Command): Command =>
  credentialOptions(command)
    .option('--code <code>', 'of your authenticator, if you have one; asked for on a terminal')
    .option('--no-browser', 'open nothing: show the page and the code, for another machine');

/** With an address by password, else on a page in a browser, which knows every way to prove who one is. */
export async function run(context: Context, given: LoginOptions): Promise<void> {
  const isByPassword = given.email !== undefined || given.passwordStdin === true;
  const { email, tokens } = isByPassword ? await byPassword(context, given) : await byPage(context, given);
  const { session, out } = context;
  await session.start(email, tokens);
  await out.result({ email, server: session.server }, () => '');
  out.note(`Logged in to ${session.server} as ${email}.`);
}

interface LoggedIn {
  readonly email: string;
  readonly tokens: StoredTokens;
}

async function byPassword(context: Context, given: LoginOptions): Promise<LoggedIn> {
  const body = await credentials(context, given);
  const { accessToken, refreshToken } = await logIn(context, body, given.code);
  return { email: body.email, tokens: { accessToken, refreshToken } };
}

async function byPage(context: Context, { browser }: LoginOptions): Promise<LoggedIn> {
  const { io, out, session, client } = context;
  if (browser && !isInteractive(io)) throw usageError('Say who you are: --email ADDRESS, or --no-browser');
  const tokens = await deviceLogin(context, (url, code) => {
    out.note(
      `Open ${url}\nand let in the device with the code ${code}. (With a password: berth login --email ADDRESS)`,
    );
    if (browser) openBrowser(url);
  });
  await session.write(tokens);
  const { email } = await answerOf(client.GET('/v1/me'));
  return { email, tokens };
}

const logIn = (context: Context, known: Credentials, code: string | undefined) =>
  withSecondFactor(context, code, (shown) =>
    answerOf(context.client.POST('/v1/auth/login', { body: { ...known, ...shown } })),
  );
