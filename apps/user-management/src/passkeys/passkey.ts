import type { Passkey } from '@berth/contracts/identity';

/** A key pair whose private half lies in somebody's device (WebAuthn). */
export interface PasskeyRecord {
  readonly id: string;
  readonly userId: string;
  readonly credentialId: string;
  /** COSE. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** How often it was used, as its device counts; many always say 0. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly name: string;
  readonly backedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export const toPasskey = ({ id, name, backedUp, createdAt, lastUsedAt }: PasskeyRecord): Passkey => ({
  id,
  name,
  backedUp,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
