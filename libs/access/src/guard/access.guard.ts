import { afterwards, type BaseConfig, Clock } from '@berth/service-kit';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ACCESS_OPTIONS } from '../access-options.js';
import { accessErrors } from '../access.errors.js';
import { pending } from '../access.js';
import { BERTH_ACCESS, parseBerthAccess } from '../berth-access.js';
import type { Caller, WithCaller } from '../caller.js';
import { scopesAllow } from '../permissions/can.js';
import type { Permission } from '../permissions/permissions.js';
import { AccessCache } from '../read-copy/access-cache.js';
import type { PlatformAccess } from '../read-copy/platform.repository.js';
import { TokenVerifier } from '../token/token-verifier.js';
import { keyNamedBy, type VerifiedToken } from '../token/verify-token.js';
import { isStale } from './staleness.js';
import { rememberedAccess } from './route-access.js';

/** How long a request waits for the read copy to reach what its client has seen. */
const WAIT_MS = 2_000;

interface Request extends WithCaller {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface Reply {
  header(name: string, value: string): unknown;
}

/** Lets a request in when its token is good, its scopes suffice and the read copy is fit to judge it. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly verifier: TokenVerifier;
  private readonly accessOf: ReturnType<typeof rememberedAccess>;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(AccessCache) private readonly cache: AccessCache,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ACCESS_OPTIONS) private readonly config: BaseConfig,
  ) {
    this.accessOf = rememberedAccess(reflector);
    this.verifier = new TokenVerifier({ issuer: config.TOKEN_ISSUER, audience: config.TOKEN_AUDIENCE });
  }

  /** Waits for nothing when nothing has to be waited for: each promise more would be paid by every request. */
  canActivate(context: ExecutionContext): true | Promise<true> {
    if (context.getType() !== 'http') return true;
    const access = this.accessOf(context.getHandler(), context.getClass());
    if (access === 'public') return true;
    if (!access) throw accessErrors.Forbidden('This route does not say who may use it.');
    const request = context.getArgByIndex<Request>(0);
    const token = tokenOf(request);
    return afterwards(token === undefined ? undefined : this.callerOf(token), (caller) => {
      if (caller) return this.admit(request, caller, access.permissions);
      // RFC 6750, section 3: no error code when no token was sent.
      const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
      void context.getArgByIndex<Reply>(1).header('www-authenticate', challenge);
      throw accessErrors.Unauthenticated('Send a valid access token: Authorization: Bearer ...');
    });
  }

  private admit(request: Request, caller: Caller, required: readonly Permission[]): true | Promise<true> {
    this.refuseMissingScopes(caller, required);
    refuseNarrowToken(caller, request.method, required);
    const fresh = isSensitive(request.method, required) ? this.refuseStale() : undefined;
    return afterwards(fresh, () => {
      const seen = request.headers[BERTH_ACCESS];
      return afterwards(seen === undefined ? undefined : this.catchUp(seen), () => letIn(request, caller));
    });
  }

  private callerOf(token: string): Caller | undefined | Promise<Caller | undefined> {
    // A read copy that cannot be read is an outage, which says nothing about the token: whoever is told 401 throws a good
    // one away.
    return afterwards(this.cache.platform(), (current) => {
      const known = this.verifier.recall(token, current.keys, this.clock.now());
      return known ? unlessRevoked(known, current) : this.newCallerOf(token);
    });
  }

  private async newCallerOf(token: string): Promise<Caller | undefined> {
    const kid = isWellFormed(token) ? kidOf(token) : undefined;
    if (kid === undefined) return undefined;
    // A key may sign a moment before every service has heard of it.
    const current = await this.cache.platformWhen(({ keys }) => keys.has(kid), WAIT_MS);
    const verified = this.verified(token, current);
    return verified && unlessRevoked(verified, current);
  }

  private verified(token: string, { keys }: PlatformAccess): VerifiedToken | undefined {
    try {
      return this.verifier.verify(token, keys, this.clock.now());
    } catch {
      return undefined; // why a token is not valid helps only whoever forges one
    }
  }

  private refuseMissingScopes(caller: Caller, required: readonly Permission[]): void {
    const missing = required.find((permission) => !scopesAllow(caller.scopes, permission));
    if (missing) throw accessErrors.Forbidden(`The token does not have the scope ${missing}.`);
  }

  private async refuseStale(): Promise<void> {
    const { ACCESS_STALE_SECONDS: limit } = this.config;
    const isFresh = ({ heartbeatAt }: PlatformAccess) => !isStale(heartbeatAt, this.clock.now(), limit);
    // Right after a start the last heartbeat may be old and the next one on its way.
    if (isFresh(await this.cache.platformWhen(isFresh, WAIT_MS))) return;
    throw accessErrors.AccessStale('Access rules could not be kept current. Reads go on.', { retryAfter: 5 });
  }

  private async catchUp(header: string | string[]): Promise<void> {
    const seen = parseBerthAccess(String(header));
    if (!seen) throw accessErrors.BerthAccessMalformed('Berth-Access must be <organization id>@<version>.');
    if (!(await this.cache.reached(seen.organizationId, seen.version, WAIT_MS))) throw pending();
  }
}

/** A caller of its own for each request: what was checked for one says nothing about the next. */
function letIn(request: Request, caller: Caller): true {
  request.caller = { ...caller };
  return true;
}

const SCHEME = 'bearer ';

function tokenOf({ headers }: Request): string | undefined {
  const given = headers['authorization'];
  if (typeof given !== 'string' || given.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return given.slice(SCHEME.length);
}

/** RFC 6750, section 2.1. Asked of a token that nobody knows: what is remembered was asked when it came first. */
const isWellFormed = (token: string): boolean => /^[\w.~+/-]+=*$/.test(token);

/** A token of some scopes does what they name. What needs no permission, as changing one's own account, is for people alone. */
function refuseNarrowToken({ kind, scopes }: Caller, method: string, required: readonly Permission[]): void {
  if (required.length > 0 || isRead(method)) return;
  if (kind === 'service-account') throw accessErrors.Forbidden('A service account cannot be used for this.');
  if (!scopes.includes('*')) throw accessErrors.Forbidden('A token with limited scopes cannot be used for this.');
}

const isRead = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method);

const isSensitive = (method: string, required: readonly Permission[]): boolean =>
  !isRead(method) || required.some((permission) => permission.startsWith('secrets:'));

const unlessRevoked = ({ caller }: VerifiedToken, { revokedSessions }: PlatformAccess): Caller | undefined =>
  revokedSessions.has(caller.sessionId) ? undefined : caller;

function kidOf(token: string): string | undefined {
  try {
    return keyNamedBy(token);
  } catch {
    return undefined; // no token of ours
  }
}
