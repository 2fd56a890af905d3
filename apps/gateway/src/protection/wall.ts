import type { Login, Protection } from '@berth/contracts/runtime';
import { Networks } from './networks.js';
import type { PasswordChecks } from './password-checks.js';

/** What a wall says to somebody. `busy`: ask again. */
export type Verdict = 'passes' | 'forbidden' | 'unauthorized' | 'busy';

export interface Visitor {
  readonly address: string;
  /** The Authorization header. */
  readonly authorization: string | undefined;
}

/** What visitors of a route have to pass. */
export class Wall {
  private readonly allowed: Networks | undefined;
  private readonly logins: ReadonlyMap<string, Login> | undefined;

  constructor({ allow, logins }: Protection) {
    this.allowed = allow && new Networks(allow);
    this.logins = logins && new Map(logins.known.map((each) => [each.username, each]));
  }

  /** Whether it keeps the Authorization header: what is meant for the wall is not for the app. */
  get asks(): boolean {
    return this.logins !== undefined;
  }

  /** Who comes from elsewhere is not even asked. */
  judge(visitor: Visitor, checks: PasswordChecks): Verdict | Promise<Verdict> {
    if (this.allowed && !this.allowed.has(visitor.address)) return 'forbidden';
    if (!this.logins) return 'passes';
    const given = credentialsIn(visitor.authorization);
    return given ? this.known(given, visitor.address, checks) : 'unauthorized';
  }

  /** A name that nobody has takes as long as one that somebody has. */
  private known(
    { username, password }: Credentials,
    address: string,
    checks: PasswordChecks,
  ): Verdict | Promise<Verdict> {
    const [anybody] = this.logins?.values() ?? [];
    if (!anybody) return 'unauthorized';
    const login = this.logins?.get(username);
    const { passwordHash } = login ?? anybody;
    const checked = checks.check({ passwordHash, password: login ? password : `${password}\0`, address });
    return checked instanceof Promise ? checked.then((right) => verdictOf(login, right)) : verdictOf(login, checked);
  }
}

function verdictOf(login: Login | undefined, isRight: boolean | undefined): Verdict {
  if (isRight === undefined) return 'busy';
  return login && isRight ? 'passes' : 'unauthorized';
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** RFC 7617: a name has no colon, a password may. */
function credentialsIn(authorization = ''): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization.trim())?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
