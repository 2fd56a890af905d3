import type { Permission } from '@berth/access';
import type { Need, Place } from './expected.js';
import type { IdPlace } from './open-api.js';
import type { Belongings, Tenant } from './tenant.js';

export interface GoodRequest {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route: what it asks for, and a request that whoever may do it succeeds with. */
export interface Row {
  /**
   * `public`: no token. `anyone`: any good token. `self`: what is named is the tenant's owner's own. Else what is asked of
   * which object, in order.
   */
  readonly needs: 'public' | 'anyone' | 'self' | readonly Need[];
  /** Made anew for each caller who may do it. */
  readonly request: (tenant: Tenant) => GoodRequest | Promise<GoodRequest>;
  readonly success: number;
  /** Permissions that the route asks for beside the first: on the same object, or of the token alone. */
  readonly alsoNeeds?: readonly Permission[];
  /** Other good requests, in which ids stand where the first one has none. */
  readonly also?: readonly Row['request'][];
  /** Whose token is sent in place of every actor's: what it does must not end the actor's own session. */
  readonly as?: (tenant: Tenant) => Promise<string>;
  /** What service accounts are answered, whatever their role: a person is meant, or one who was proven a moment ago. */
  readonly machines?: number;
  /** It gives a role to somebody: a token whose scopes do not hold all of that role gives it to nobody. */
  readonly handsOn?: true;
  /** What of a tenant somebody may be told who was in it: their own acts name it. */
  readonly tellsFormer?: readonly (keyof Belongings)[];
  /** Why what it does is in no audit trail, though it is no read. */
  readonly unrecorded?: string;
  /** Ids of what belongs to no tenant. */
  readonly everybodys?: readonly IdPlace[];
  /** A list that tells strangers nothing, instead of 404. */
  readonly emptyForStrangers?: true;
  /** Answers to an id of another tenant in places where it is not simply 404, each with its reason beside it. */
  readonly foreign?: Readonly<Partial<Record<IdPlace, number>>>;
}

export type Rows = Readonly<Record<string, Row>>;

type Request = Row['request'];

export const open = (success: number, request: Request = () => ({})): Row => ({ needs: 'public', success, request });
export const anyone = (success: number, request: Request = () => ({})): Row => ({ needs: 'anyone', success, request });
export const own = (success: number, request: Request): Row => ({ needs: 'self', success, request });

export const needs = (permission: Permission, on: Place, success: number, request: Request = () => ({})): Row => ({
  needs: [{ permission, on }],
  success,
  request,
});

/** Asks for a person who was proven a moment ago, which nobody without a session is. */
export const proven = (row: Row): Row => ({ ...row, machines: 403 });

/** A route by its object's id in the path. */
export const byId = (
  permission: Permission,
  on: Place,
  success: number,
  idOf: (tenant: Tenant) => string | Promise<string>,
  rest: Omit<GoodRequest, 'path'> = {},
): Row => needs(permission, on, success, async (tenant) => ({ path: { id: await idOf(tenant) }, ...rest }));

export const anyVersion = { headers: { 'if-match': '*' } };
