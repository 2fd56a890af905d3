import type { Session } from '@berth/contracts/identity';

/** A sign-in: the family of refresh tokens that descend from one login. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** More than a password was shown. */
  readonly secondFactor: boolean;
}

export const toSession = (session: SessionRecord, currentId: string): Session => ({
  id: session.id,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
  userAgent: session.userAgent,
  current: session.id === currentId,
});
