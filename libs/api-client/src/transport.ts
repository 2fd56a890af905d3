import { type AccessStore, MemoryAccessStore, remember, valueFor } from './access-memory.js';
import { type Clock, systemClock } from './clock.js';
import { ApiProblem, ServerUnreachable } from './errors.js';
import { repeatAfter } from './repeat.js';
import { TokenKeeper } from './token-keeper.js';
import type { StoredTokens, TokenStore } from './token-store.js';

export interface TransportOptions {
  /** Where the gateway answers, without trailing slash: `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  readonly tokens: TokenStore;
  readonly access?: AccessStore;
  readonly fetch?: (request: Request) => Promise<Response>;
  readonly clock?: Clock;
  /** Sent as User-Agent; shown in the list of sessions. */
  readonly userAgent?: string;
  /** Ends every call. */
  readonly signal?: AbortSignal;
  /** How long one call may be repeated altogether. Default 20,000 ms. */
  readonly patienceMilliseconds?: number;
}

export interface SendOptions {
  /** How long one attempt may take until its answer begins. Default 30,000 ms; null: as long as it takes. */
  readonly attemptMilliseconds?: number | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends requests and repeats them where that is safe: a refused access token is renewed once, `access_pending` and other
 * "come back later" are waited for, network failures and 502 to 504 of idempotent requests are tried again.
 */
export class Transport {
  readonly baseUrl: string;
  private readonly keeper: TokenKeeper;
  private readonly access: AccessStore;
  private readonly clock: Clock;

  constructor(private readonly options: TransportOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.access = options.access ?? new MemoryAccessStore();
    this.clock = options.clock ?? systemClock;
    this.keeper = new TokenKeeper(options.tokens, (refreshToken) => this.refresh(refreshToken));
  }

  /** `make` is called for each attempt. @throws ApiProblem, ServerUnreachable, AbortError */
  async send(make: () => Request, given: SendOptions = {}): Promise<Response> {
    const options = { ...given, signal: given.signal ?? this.options.signal };
    const until = this.clock.now() + (this.options.patienceMilliseconds ?? 20_000);
    for (let attempt = 1; ; attempt += 1) {
      const request = make();
      const failure = await this.attempt(request, make, options);
      if (failure instanceof Response) return failure;
      const pause = repeatAfter(failure, { isIdempotent: isIdempotent(request), attempt });
      if (pause === undefined || this.clock.now() + pause > until) throw failure;
      await this.clock.pause(pause, options.signal);
      options.signal?.throwIfAborted();
    }
  }

  /** Answers the failure: whether it is final is the caller's to decide. */
  private async attempt(request: Request, make: () => Request, options: SendOptions): Promise<unknown> {
    try {
      const token = await this.keeper.accessToken();
      const response = await this.deliver(request, token, options);
      if (response.ok) return response;
      const problem = await ApiProblem.of(response);
      if (!problem.isAnonymous || token === undefined || !(await this.keeper.renew(token))) return problem;
      return await success(await this.deliver(make(), await this.keeper.accessToken(), options));
    } catch (error) {
      if (error instanceof ApiProblem || error instanceof ServerUnreachable) return error;
      throw error;
    }
  }

  private async deliver(request: Request, token: string | undefined, options: SendOptions): Promise<Response> {
    if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
    const seen = await this.access.read();
    const body = seen.length > 1 && isJson(request) ? await request.clone().text() : '';
    const value = valueFor(seen, { url: request.url, body });
    if (value !== undefined) request.headers.set('berth-access', value);
    const response = await this.fetch(request, options);
    await this.keep(response.headers.get('berth-access'));
    return response;
  }

  private async keep(seen: string | null): Promise<void> {
    if (seen === null) return;
    const values = await this.access.read();
    const changed = remember(values, seen);
    if (changed !== values) await this.access.write(changed);
  }

  private async fetch(request: Request, options: SendOptions): Promise<Response> {
    const { attemptMilliseconds = 30_000, signal } = options;
    if (this.options.userAgent) request.headers.set('user-agent', this.options.userAgent);
    const deadline = new AbortController();
    const answered = new AbortController();
    if (attemptMilliseconds !== null) {
      void this.clock.pause(attemptMilliseconds, answered.signal).then(() => {
        if (!answered.signal.aborted) deadline.abort(new Error('timed out'));
      });
    }
    const signals = [request.signal, deadline.signal, ...(signal ? [signal] : [])];
    try {
      return await (this.options.fetch ?? fetch)(new Request(request, { signal: AbortSignal.any(signals) }));
    } catch (error) {
      if (signal?.aborted || request.signal.aborted) throw error;
      throw new ServerUnreachable(request.url, deadline.signal.aborted ? deadline.signal.reason : error);
    } finally {
      answered.abort();
    }
  }

  /** Never repeated once it was sent: the token is for one use. */
  private async refresh(refreshToken: string): Promise<StoredTokens & { refreshToken: string }> {
    const headers = { 'content-type': 'application/json' };
    const request = new Request(`${this.baseUrl}/v1/auth/refresh`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ refreshToken }),
    });
    const response = await success(await this.fetch(request, {}));
    return (await response.json()) as StoredTokens & { refreshToken: string };
  }
}

async function success(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw await ApiProblem.of(response);
}

const isJson = (request: Request): boolean => request.headers.get('content-type')?.includes('json') ?? false;

const isIdempotent = (request: Request): boolean =>
  ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'].includes(request.method) || request.headers.has('idempotency-key');
