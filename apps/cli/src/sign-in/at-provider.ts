import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import { openBrowser } from '../browser.js';
import type { Context } from '../context.js';
import { CliError, exitCodes, notFound, usageError } from '../errors.js';
import { isInteractive } from '../io.js';
import { Loopback } from './loopback.js';

export interface ProviderOptions {
  readonly browser: boolean;
}

/** Whom a provider knows somebody as; the token is for what comes of it. */
export interface Identified {
  readonly flowToken: string;
  readonly provider: string;
  readonly person: Schemas['IdentifiedPerson'];
}

export const providerOptions = (command: Command): Command =>
  command.option('--no-browser', 'open nothing: show the address, for a browser on this machine');

/** To a provider of an organization in a browser on this machine, and back. */
export async function identifiedBy(
  context: Context,
  organization: string,
  wanted: string,
  { browser }: ProviderOptions,
): Promise<Identified> {
  const { client, io, out } = context;
  const { id: providerId, displayName: provider } = await offered(context, organization, wanted);
  const loopback = await Loopback.open();
  try {
    const body = { providerId, redirectUri: loopback.uri };
    const { flowToken, authorizationUrl, expiresAt } = await answerOf(client.POST('/v1/auth/oidc/flows', { body }));
    out.note(`Open ${authorizationUrl}\nand sign in at ${provider}.`);
    if (browser && isInteractive(io)) openBrowser(authorizationUrl);
    const query = await answeredBefore(context, loopback, new Date(expiresAt));
    const person = await answerOf(client.POST('/v1/auth/oidc/flows/answer', { body: { flowToken, query } }));
    return { flowToken, provider, person };
  } finally {
    await loopback.close();
  }
}

async function offered({ client }: Context, organization: string, wanted: string) {
  const params = { query: { organization } };
  const { items } = await answerOf(client.GET('/v1/auth/oidc/providers', { params }));
  const [found, ...others] = items.filter(({ id, displayName }) => id === wanted || displayName === wanted);
  if (others.length > 0) throw usageError(`There are ${others.length + 1} of this name: say the id.`);
  if (found) return found;
  const names = items.map(({ displayName }) => displayName).join(', ');
  throw notFound(
    `"${organization}" has no identity provider "${wanted}".`,
    names === '' ? undefined : `It has: ${names}`,
  );
}

async function answeredBefore({ clock, signal }: Context, loopback: Loopback, end: Date): Promise<string> {
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  const tooLate = new CliError(exitCodes.unavailable, 'Nobody came back from the provider in time.', 'Try again.');
  const done = new AbortController();
  clock.pause(end.getTime() - clock.date().getTime(), AbortSignal.any([signal, done.signal])).then(
    () => over.abort(tooLate),
    () => undefined, // somebody came back, or it was interrupted
  );
  try {
    return await loopback.answer(ending);
  } finally {
    done.abort();
  }
}
