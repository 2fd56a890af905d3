import { type AccessStore, MemoryTokenStore, type StoredTokens, type TokenStore } from '@berth/api-client';
import type { ServerSession, SessionFile } from './session-file.js';

/** What is kept for one server. */
export class Session implements TokenStore {
  constructor(
    private readonly file: SessionFile,
    readonly server: string,
  ) {}

  async read(): Promise<StoredTokens | undefined> {
    return (await this.load()).tokens;
  }

  write(tokens: StoredTokens): Promise<void> {
    return this.save((session) => ({ ...session, tokens }));
  }

  clear(): Promise<void> {
    return this.save(() => ({}));
  }

  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.file.exclusively('renew', work);
  }

  /** Also makes the server the one that later commands ask. */
  async start(email: string, tokens: StoredTokens): Promise<void> {
    const { server } = this;
    await this.file.change((sessions) => ({
      server,
      servers: { ...sessions.servers, [server]: { email, tokens } },
    }));
  }

  /** `Berth-Access` values of the session. */
  get access(): AccessStore {
    return {
      read: async () => (await this.load()).access ?? [],
      write: (access) => this.save((session) => ({ ...session, access })),
    };
  }

  private async load(): Promise<ServerSession> {
    return (await this.file.read()).servers[this.server] ?? {};
  }

  private save(changed: (session: ServerSession) => ServerSession): Promise<void> {
    const { server } = this;
    return this.file.change((sessions) => ({
      ...sessions,
      servers: { ...sessions.servers, [server]: changed(sessions.servers[server] ?? {}) },
    }));
  }
}

/** A machine's token comes from the environment and is never stored. */
export const machineTokens = (token: string): TokenStore =>
  new MemoryTokenStore({ accessToken: token, refreshToken: null });
