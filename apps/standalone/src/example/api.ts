import { StartFailure } from '../failure.js';

/** An answer that is none of success. */
export class Refused extends StartFailure {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** As much of the API as the first start needs. Every failure is one sentence. */
export class Api {
  private token = '';

  constructor(
    private readonly url: string,
    private readonly interrupted: AbortSignal,
  ) {}

  async login(email: string, password: string): Promise<void> {
    const answer = await this.call<{ accessToken: string }>('POST', '/v1/auth/login', { email, password });
    this.token = answer.accessToken;
  }

  async call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      signal: this.interrupted,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        'content-type': 'application/json',
        ...this.access,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const access = response.headers.get('berth-access');
    if (access) this.access = { 'berth-access': access };
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Answer;
    throw new Refused(
      response.status,
      `The example could not be deployed: ${method} ${path} answered ${response.status} ${text.slice(0, 300)}`,
    );
  }

  /** Read your own writes: the last version of access rules that this client knows of. */
  private access: Record<string, string> = {};
}
