import type { Session } from '@berth/contracts/identity';
import type { Config } from '../config.js';

const DAY_MS = 86_400_000;

type Lifetimes = Pick<Config, 'REFRESH_TOKEN_DAYS' | 'SESSION_IDLE_DAYS'>;

/** A sign-in: the family of refresh tokens that descend from one login. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | null;
  /** Where it began; null: before that was kept. */
  readonly address: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** More than a password was shown. */
  readonly secondFactor: boolean;
}

/** When a session ends that is used now and then no more: never later than its lifetime. */
export function endOf(createdAt: Date, usedAt: Date, config: Lifetimes): Date {
  const last = createdAt.getTime() + config.REFRESH_TOKEN_DAYS * DAY_MS;
  return new Date(Math.min(last, usedAt.getTime() + config.SESSION_IDLE_DAYS * DAY_MS));
}

export const toSession = (session: SessionRecord, place: string | null, currentId: string): Session => ({
  id: session.id,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
  userAgent: session.userAgent,
  address: session.address,
  place,
  current: session.id === currentId,
});
