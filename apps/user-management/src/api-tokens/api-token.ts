import { permissions, scopesAllow } from '@berth/access';
import type { ApiTokenView } from '@berth/contracts/identity';

/** What a person gives to a machine, so that it acts in the person's name, within the token's scopes. */
export interface ApiTokenRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

const known = [...new Set(Object.values(permissions).flatMap((roles) => Object.values(roles).flat()))];

/** The first scope that allows nothing which any role could do. */
export const meaninglessScope = (scopes: readonly string[]): string | undefined =>
  scopes.find((scope) => !known.some((permission) => scopesAllow([scope], permission)));

export const toApiTokenView = ({ userId: _, ...token }: ApiTokenRecord): ApiTokenView => ({
  ...token,
  scopes: [...token.scopes],
  createdAt: token.createdAt.toISOString(),
  expiresAt: token.expiresAt.toISOString(),
  lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
});
