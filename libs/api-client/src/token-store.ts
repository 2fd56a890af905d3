/** What a client is known by. */
export interface StoredTokens {
  readonly accessToken: string;
  /** Null: a token of a machine, which is not renewed. */
  readonly refreshToken: string | null;
}

/** Where tokens are kept between requests, and perhaps between processes. */
export interface TokenStore {
  read(): Promise<StoredTokens | undefined>;
  write(tokens: StoredTokens): Promise<void>;
  clear(): Promise<void>;
  /**
   * Runs `work` while nobody else who shares the store does. A refresh token is for one use: two clients that send the
   * same one look like a theft, and the session ends.
   */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Keeps tokens for the life of the process. */
export class MemoryTokenStore implements TokenStore {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private tokens?: StoredTokens) {}

  read(): Promise<StoredTokens | undefined> {
    return Promise.resolve(this.tokens);
  }

  write(tokens: StoredTokens): Promise<void> {
    this.tokens = tokens;
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.tokens = undefined;
    return Promise.resolve();
  }

  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
