import { answerOf, ApiProblem, ServerUnreachable, type StoredTokens } from '@berth/api-client';
import type { Command } from 'commander';
import { openBrowser } from '../../browser.js';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive } from '../../io.js';
import {
  type CredentialOptions,
  credentialOptions,
  type Credentials,
  credentials,
  givenPassword,
} from './credentials.js';
import { deviceLogin } from './device.js';
import { asForm } from './form.js';
import { withSecondFactor } from './second-factor.js';

export interface LoginOptions extends CredentialOptions {
  readonly username?: string;
  readonly code?: string;
  readonly browser: boolean;
}

export const options = (command: Command): Command =>
  credentialOptions(command)
    .option('--username <name>', 'in place of the e-mail address')
    .option('--code <code>', 'of your authenticator, if you have one; asked for on a terminal')
    .option('--no-browser', 'open nothing: show the page and the code, for another machine');

/**
 * With an address or a username by password, else on a page in a browser, which takes both. Whoever was logged in here before
 * is logged out.
 */
export async function run(context: Context, given: LoginOptions): Promise<void> {
  const former = await context.session.read();
  const isByPassword = given.email !== undefined || given.username !== undefined || given.passwordStdin === true;
  const { email, tokens } = isByPassword ? await byPassword(context, given) : await byPage(context, given);
  const { session, out } = context;
  await session.start(email, tokens);
  await end(context, former);
  await out.result({ email, server: session.server }, () => '');
  out.note(`Logged in to ${session.server} as ${email}.`);
}

interface LoggedIn {
  readonly email: string;
  readonly tokens: StoredTokens;
}

async function byPassword(context: Context, given: LoginOptions): Promise<LoggedIn> {
  const { username, ...byEmail } = given;
  if (username === undefined) {
    const body = await credentials(context, byEmail);
    return { email: body.email, tokens: await logIn(context, body, given.code) };
  }
  if (given.email !== undefined) throw usageError('Say either --email or --username');
  const tokens = await logIn(context, { username, password: await givenPassword(context, given) }, given.code);
  return withAddress(context, tokens);
}

async function byPage(context: Context, { browser }: LoginOptions): Promise<LoggedIn> {
  const { io, out } = context;
  if (browser && !isInteractive(io)) throw usageError('Say who you are: --email ADDRESS, or --no-browser');
  const tokens = await deviceLogin(context, (url, code) => {
    out.note(
      `Open ${url}\nand let in the device with the code ${code}. (With a password: berth login --email ADDRESS)`,
    );
    if (browser) openBrowser(url);
  });
  return withAddress(context, tokens);
}

/** Sessions are listed by the address, which the server knows. */
async function withAddress({ client, session }: Context, tokens: StoredTokens): Promise<LoggedIn> {
  await session.write(tokens);
  const { email } = await answerOf(client.GET('/v1/me'));
  return { email, tokens };
}

/** Nobody here has its tokens any more: it would go on unseen until it ends by itself. */
async function end({ client, out }: Context, former: StoredTokens | undefined): Promise<void> {
  const token = former?.refreshToken;
  if (!token) return;
  try {
    await client.POST('/v1/oauth/revoke', { body: { token }, ...asForm });
  } catch (error) {
    if (!(error instanceof ApiProblem || error instanceof ServerUnreachable)) throw error;
    out.warn(`The session of the former login goes on: ${error.message} See: berth sessions list`);
  }
}

type Known = Credentials | { readonly username: string; readonly password: string };

async function logIn(context: Context, known: Known, code: string | undefined): Promise<StoredTokens> {
  const { accessToken, refreshToken } = await withSecondFactor(context, code, (shown) =>
    answerOf(context.client.POST('/v1/auth/login', { body: { ...known, ...shown } })),
  );
  return { accessToken, refreshToken };
}
