import { pathToFileURL } from 'node:url';
import type { OutboundFetch } from '@berth/service-kit';
import type { SignInProvider } from './sign-in-provider.js';

/** One more way to sign in, of whoever runs the platform. */
export interface SignInPlugIn extends SignInProvider {
  /** What is wrong with an organization's settings for it, in one sentence; null: nothing. */
  complaint(settings: Readonly<Record<string, string>>): string | null;
}

/** What a plug-in is given. `fetch` keeps to the platform's rules for addresses, and ends after ten seconds. */
export interface PlugInContext {
  readonly fetch: OutboundFetch;
}

/** What a plug-in's module exports as `makeSignInPlugIn`. */
export type MakeSignInPlugIn = (context: PlugInContext) => SignInPlugIn | Promise<SignInPlugIn>;

/** An absolute path, and the name that organizations ask for it by. */
export interface PlugInFile {
  readonly name: string;
  readonly path: string;
}

const METHODS = ['authorizationUrl', 'account', 'complaint'] as const;

/** @throws Error that names the plug-in which cannot be loaded */
export async function loadPlugIns(
  files: readonly PlugInFile[],
  context: PlugInContext,
): Promise<ReadonlyMap<string, SignInPlugIn>> {
  const loaded = new Map<string, SignInPlugIn>();
  for (const file of files) loaded.set(file.name, await load(file, context));
  return loaded;
}

async function load({ name, path }: PlugInFile, context: PlugInContext): Promise<SignInPlugIn> {
  const refused = (why: string, cause?: unknown) =>
    new Error(`IDENTITY_PROVIDER_PLUGINS: ${name} of ${path} ${why}`, { cause });
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw refused(`cannot be loaded: ${String(error)}`, error);
  });
  const { makeSignInPlugIn: make } = module as { makeSignInPlugIn?: MakeSignInPlugIn };
  if (typeof make !== 'function') throw refused('exports no function makeSignInPlugIn');
  const plugIn = await Promise.resolve(context)
    .then(make)
    .catch((error: unknown) => {
      throw refused(`makes nothing: ${String(error)}`, error);
    });
  const missing = METHODS.filter((method) => typeof plugIn?.[method] !== 'function');
  if (missing.length > 0) throw refused(`makes something without ${missing.join(', ')}`);
  return plugIn;
}
