import type { Tokens } from '@berth/contracts/identity';
import { ApiProblem } from './errors.js';
import type { TokenStore } from './token-store.js';

/** Sends the refresh token and answers its successor. @throws ApiProblem 401 when the session has ended */
export type Renewal = (refreshToken: string) => Promise<Pick<Tokens, 'accessToken' | 'refreshToken'>>;

/** Renews tokens, once however many requests were refused at the same time. */
export class TokenKeeper {
  private renewing: Promise<boolean> | undefined;

  constructor(
    private readonly store: TokenStore,
    private readonly renewal: Renewal,
  ) {}

  async accessToken(): Promise<string | undefined> {
    return (await this.store.read())?.accessToken;
  }

  /** Answers whether there is now another token than the refused one. */
  renew(refused: string): Promise<boolean> {
    this.renewing ??= this.store.exclusively(() => this.renewOnce(refused)).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renewOnce(refused: string): Promise<boolean> {
    const current = await this.store.read();
    if (!current) return false;
    // Somebody who shares the store was faster.
    if (current.accessToken !== refused) return true;
    if (current.refreshToken === null) return false;
    return this.replace(current.refreshToken);
  }

  private async replace(spent: string): Promise<boolean> {
    try {
      const { accessToken, refreshToken } = await this.renewal(spent);
      await this.store.write({ accessToken, refreshToken });
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
      await this.store.clear();
      return false;
    }
  }
}
