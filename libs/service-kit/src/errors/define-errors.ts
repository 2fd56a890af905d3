/** A refusal that the edge turns into a problem document. `code` is from the closed set of the feature that throws it. */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    detail: string,
    /** JSON pointers (RFC 6901) into the request body, or `?name` for a query parameter. */
    readonly errors: readonly { pointer: string; message: string }[] = [],
    /** Seconds, sent as Retry-After. */
    readonly retryAfter?: number,
  ) {
    super(detail);
    this.name = code;
  }
}

export interface ErrorExtras {
  readonly pointer?: string;
  readonly retryAfter?: number;
}

type Thrower = (detail: string, extras?: ErrorExtras) => DomainError;

/**
 * A closed set of errors: `{ AppNotFound: 404 }` gives `errors.AppNotFound(detail)` with the code `app_not_found`.
 * With `extras.pointer` the detail is also told for that field.
 */
export function defineErrors<Name extends string>(statuses: Record<Name, number>): Record<Name, Thrower> {
  const throwers = Object.entries<number>(statuses).map(([name, status]): [string, Thrower] => {
    const code = name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
    return [
      name,
      (detail, extras = {}) => {
        const errors = extras.pointer === undefined ? [] : [{ pointer: extras.pointer, message: detail }];
        return new DomainError(code, status, detail, errors, extras.retryAfter);
      },
    ];
  });
  return Object.fromEntries(throwers) as Record<Name, Thrower>;
}
