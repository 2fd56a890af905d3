import type { Caller } from '@berth/access';
import type { Delegation } from '@berth/contracts/deployment';

/** A delegation as it is stored. */
export interface DelegationRow extends Omit<Delegation, 'createdAt'> {
  readonly clusterId: string;
  /** Of the token that it was made with: when that is revoked, it says nothing any more. */
  readonly sessionId: string;
  /** When that was; for good, whatever else is remembered of the token. */
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

export function toDelegation({
  clusterId: _c,
  sessionId: _s,
  revokedAt: _r,
  createdAt,
  ...rest
}: DelegationRow): Delegation {
  return { ...rest, createdAt: createdAt.toISOString() };
}

/** Longest that one pass takes its word for. */
const PASS_MILLISECONDS = 60_000;

/** As whom objects of the namespace act: never more than the service account may at that moment, nor than its token could. */
export function callerOf({ subjectId, sessionId, scopes }: DelegationRow, now: Date): Caller {
  return {
    ...{ subjectId, sessionId, scopes, kind: 'service-account', administrator: false, secondFactor: false },
    tokenExpiresAt: new Date(now.getTime() + PASS_MILLISECONDS),
  };
}
