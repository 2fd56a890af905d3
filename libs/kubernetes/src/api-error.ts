/** The API server answered, and said no. */
export class ApiError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Kubernetes' word for it: `NotFound`, `Conflict`, `Forbidden`, `Invalid`, `Expired`. */
    readonly reason: string,
    message: string,
    /** What the server asks to wait, if it does. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Nothing is known of the cluster: no connection, a certificate that is not trusted, no answer in time. */
export class ClusterUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClusterUnreachable';
  }
}

const hasStatus =
  (...statuses: number[]) =>
  (error: unknown): error is ApiError =>
    error instanceof ApiError && statuses.includes(error.status);

export const isNotFound = hasStatus(404);
export const isConflict = hasStatus(409);
/** The version asked for is no longer in the server's history. */
export const isGone = hasStatus(410);
/** 401: the token or certificate is no longer good. */
export const isUnauthenticated = hasStatus(401);
export const isForbidden = hasStatus(403);
/** The object itself is refused: asking again would not help. */
export const isRefused = hasStatus(400, 403, 413, 415, 422);

interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** Reads a `Status` object, or whatever something between us and the server answered instead. */
export function toApiError(status: number, text: string, retryAfter?: string): ApiError {
  const body = parseStatus(text);
  const seconds = Number(retryAfter ?? body.details?.retryAfterSeconds ?? Number.NaN);
  const message = body.message ?? `The API server answered ${status}: ${text.slice(0, 200)}`;
  return new ApiError(status, body.reason ?? 'Unknown', message, Number.isFinite(seconds) ? seconds : null);
}

function parseStatus(text: string): StatusBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    // A load balancer answers in HTML; the text goes into the message.
    return {};
  }
}
