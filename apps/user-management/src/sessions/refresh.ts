/** An answer that got lost is asked for again within this time. */
const RETRY_MS = 10_000;

/** A refresh token as it is stored, with its session. */
export interface PresentedToken {
  readonly usedAt: Date | null;
  /** Whether the token that it was exchanged for was itself exchanged already. */
  readonly successorUsed: boolean;
  readonly sessionExpiresAt: Date;
  readonly sessionRevokedAt: Date | null;
}

/** rotate: exchange it. repeat: the same successor once more. reuse: somebody else has it too. refuse: it is good no longer. */
export type RefreshVerdict = 'rotate' | 'repeat' | 'reuse' | 'refuse';

/** Rotation with reuse detection: RFC 9700, section 4.14.2. */
export function judgeRefresh(token: PresentedToken, now: Date): RefreshVerdict {
  if (token.sessionRevokedAt !== null || token.sessionExpiresAt <= now) return 'refuse';
  if (token.usedAt === null) return 'rotate';
  const isHonestRetry = !token.successorUsed && now.getTime() - token.usedAt.getTime() <= RETRY_MS;
  return isHonestRetry ? 'repeat' : 'reuse';
}
