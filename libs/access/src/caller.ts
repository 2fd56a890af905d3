import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** Who asks, as far as a verified token says. Roles are not in it: each service looks them up in its own read copy. */
export interface Caller {
  readonly subjectId: string;
  readonly sessionId: string;
  readonly kind: 'user' | 'service-account';
  /** Platform administrator. */
  readonly administrator: boolean;
  /** Whoever has the session has shown more than a password. */
  readonly secondFactor: boolean;
  /** Of the token: `*`, `<segment>:*` or `<segment>:<verb>`. */
  readonly scopes: readonly string[];
  readonly tokenExpiresAt: Date;
  /** When that ends which the token was obtained with: a client secret, or a token of an organization. Absent: a session of a person. */
  readonly sessionEndsAt?: Date;
}

/** Where the guard leaves the caller on a request. */
export interface WithCaller {
  caller?: Caller;
}

/** Parameter of a route that is not public: the caller. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<WithCaller>();
  if (!caller) throw new Error('@CurrentCaller() on a route without a caller: it is public');
  return caller;
});
