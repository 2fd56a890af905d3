import type { Caller } from '@berth/access';
import type { Delegation } from '@berth/contracts/deployment';

/** A delegation as it is stored. */
export interface DelegationRow extends Omit<Delegation, 'createdAt' | 'endsAt'> {
  readonly clusterId: string;
  /** Of the token that it was made with: when that is revoked, it says nothing any more. */
  readonly sessionId: string;
  /** When that was; for good, whatever else is remembered of the token. */
  readonly revokedAt: Date | null;
  /** When the secret or token ends that it was made with. */
  readonly endsAt: Date;
  readonly createdAt: Date;
}

export function toDelegation({
  clusterId: _c,
  sessionId: _s,
  revokedAt,
  endsAt,
  createdAt,
  ...rest
}: DelegationRow): Delegation {
  const end = revokedAt !== null && revokedAt < endsAt ? revokedAt : endsAt;
  return { ...rest, endsAt: end.toISOString(), createdAt: createdAt.toISOString() };
}

/** Why it says nothing any more, whatever its service account may; null while it does. Tokens that ended are revoked, too. */
export function endOf({ revokedAt, endsAt }: Pick<DelegationRow, 'revokedAt' | 'endsAt'>, now: Date) {
  if (endsAt <= now && (revokedAt === null || revokedAt >= endsAt)) return 'ended';
  return revokedAt === null ? null : 'revoked';
}

/** Longest that one pass takes its word for. */
const PASS_MILLISECONDS = 60_000;

/** As whom objects of the namespace act: never more than the service account may at that moment, nor than its token could. */
export function callerOf({ subjectId, sessionId, scopes, endsAt }: DelegationRow, now: Date): Caller {
  return {
    ...{ subjectId, sessionId, scopes, kind: 'service-account', administrator: false, secondFactor: false },
    ...{ tokenExpiresAt: new Date(now.getTime() + PASS_MILLISECONDS), sessionEndsAt: endsAt },
  };
}
