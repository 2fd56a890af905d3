import { type Client, createClient } from '@berth/api-client';
import { type Clock, clock } from './clock.js';
import { usageError } from './errors.js';
import type { Io } from './io.js';
import { Output } from './output/output.js';
import { findLink, type FoundLink } from './selection/link-file.js';
import { Selection } from './selection/selection.js';
import { type SelectionFlags, wantedFrom } from './selection/wanted.js';
import { machineTokens, Session } from './session/session.js';
import { SessionFile } from './session/session-file.js';

/** Options that every command takes. */
export interface GlobalOptions extends SelectionFlags {
  readonly server?: string;
  readonly json?: boolean;
}

/** What a command works with. */
export interface Context {
  readonly io: Io;
  readonly out: Output;
  readonly client: Client;
  readonly session: Session;
  readonly selection: Selection;
  readonly link: FoundLink | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

export async function createContext(io: Io, options: GlobalOptions): Promise<Context> {
  const { environment, signal } = io;
  const file = new SessionFile(environment.configFolder);
  const stored = (options.server ?? environment.server) ? undefined : (await file.read()).server;
  const server = serverOf(options.server ?? environment.server ?? stored ?? DEFAULT_SERVER);
  const session = new Session(file, server);
  const client = createClient({
    baseUrl: server,
    tokens: environment.token === undefined ? session : machineTokens(environment.token),
    access: session.access,
    userAgent: 'berth-cli/0.1.0',
    signal,
  });
  const link = await findLink(io.folder);
  const selection = new Selection(client, wantedFrom(options, environment, link), link);
  return { io, out: new Output(io, options.json ?? false), client, session, selection, link, clock, signal };
}

/** One spelling for each server: sessions are kept by it. */
function serverOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw usageError(`"${text}" is not the address of a server: write http://host:port.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
