import type { RoleRule } from '@berth/contracts/identity';

type Claims = Readonly<Record<string, unknown>>;

/** The role that an account's claims give: the first rule that fits, else the default. Null: none. */
export function roleOfClaims(
  claims: Claims,
  { roles, defaultRole }: { readonly roles: readonly RoleRule[]; readonly defaultRole: RoleRule['role'] | null },
): RoleRule['role'] | null {
  return roles.find(({ claim, value }) => holds(claimAt(claims, claim), value))?.role ?? defaultRole;
}

const holds = (claim: unknown, value: string): boolean =>
  Array.isArray(claim) ? claim.includes(value) : isPlain(claim) && String(claim) === value;

const isPlain = (claim: unknown): claim is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof claim);

/** By its name, or by a path where there is no such name: Keycloak keeps roles in `realm_access.roles`. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>((at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined), claims);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
