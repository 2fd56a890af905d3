import type { Problem } from '@berth/contracts/common';

export interface FieldProblem {
  /** JSON pointer into the body, `?name` of the query or `:name` of the path. */
  readonly pointer: string;
  readonly message: string;
}

/** The server refused: what its problem document (RFC 9457) says. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** From a closed set: `app_not_found`, `validation_failed`, `access_pending` ... */
    readonly code: string,
    readonly status: number,
    message: string,
    readonly errors: readonly FieldProblem[] = [],
    /** Finds the request in the server's logs. */
    readonly correlationId?: string,
    /** Seconds that the server asks to wait. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  /** The gateway's own 401 or a service's: no token was sent, or none that is good. A wrong password is answered 401, too. */
  get isAnonymous(): boolean {
    return this.status === 401 && ['http_401', 'unauthenticated'].includes(this.code);
  }

  /** Reads an answer that is not a success. Never throws: an answer of something else than Berth has a code as well. */
  static async of(response: Response): Promise<ApiProblem> {
    const body = await bodyOf(response);
    const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {};
    const code = typeof problem.code === 'string' ? problem.code : `http_${response.status}`;
    const message = problem.detail ?? problem.title ?? sentenceOf(body, response);
    const correlationId = problem.correlationId ?? response.headers.get('x-correlation-id') ?? undefined;
    return new ApiProblem(code, response.status, message, problem.errors, correlationId, retryAfterOf(response));
  }
}

/** No answer came: refused, reset, timed out. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';

  constructor(
    readonly url: string,
    override readonly cause: unknown,
  ) {
    super(`${new URL(url).origin} does not answer (${reasonOf(cause)}).`);
  }

  /** Nothing was sent, so that even a request that must not be repeated may be. */
  get wasNotSent(): boolean {
    return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(this.cause) ?? '');
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Kong answers `{"message": "..."}`, other proxies HTML. */
function sentenceOf(body: unknown, response: Response): string {
  const message = (body as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : `The server answered ${response.status} ${response.statusText}`.trim();
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  if (header === null) return undefined;
  const seconds = /^[0-9]+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

const codeOf = (error: unknown): string | undefined => {
  for (let each = error as { code?: unknown; cause?: unknown } | undefined; each; each = each.cause as typeof each) {
    if (typeof each.code === 'string') return each.code;
  }
  return undefined;
};

const reasonOf = (error: unknown): string =>
  codeOf(error) ?? (error instanceof Error ? error.message || error.name : String(error));
