import type { DataOf, signingKeyRotated } from '@berth/contracts/events';
import type { Jwks, SigningKeyView } from '@berth/contracts/identity';
import type { JWK } from 'jose';

export type KeyState = 'pending' | 'active' | 'retired';

/** The public half of a key pair that signs tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly state: KeyState;
  readonly publicJwk: JWK;
  readonly createdAt: Date;
  /** Null while it signs or will: no token by it ends later. */
  readonly notAfter: Date | null;
}

/** What every service must know to verify tokens. */
export const rotation = (keys: readonly SigningKey[]): DataOf<typeof signingKeyRotated> => ({
  keys: keys.map(({ kid, publicJwk, notAfter }) => ({
    kid,
    publicJwk: { ...publicJwk },
    notAfter: notAfter?.toISOString() ?? null,
  })),
});

export const toJwks = (keys: readonly SigningKey[]): Jwks => ({
  keys: keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, use: 'sig', alg: 'RS256' })),
});

export const toView = ({ kid, state, createdAt, notAfter }: SigningKey): SigningKeyView => ({
  kid,
  state,
  createdAt: createdAt.toISOString(),
  notAfter: notAfter?.toISOString() ?? null,
});
