import { describe, expect, it } from '@jest/globals';
import { judgeRefresh, type PresentedToken, type RefreshVerdict } from './refresh.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const fresh: PresentedToken = {
  usedAt: null,
  successorUsed: false,
  sessionExpiresAt: before(-60),
  sessionRevokedAt: null,
};

describe('judgeRefresh', () => {
  it.each<[string, Partial<PresentedToken>, RefreshVerdict]>([
    ['a fresh token', {}, 'rotate'],
    ['a token used this moment', { usedAt: now }, 'repeat'],
    ['a token used 10 s ago', { usedAt: before(10) }, 'repeat'],
    ['a token used 10.001 s ago', { usedAt: before(10.001) }, 'reuse'],
    ['a token used 1 s ago whose successor is used', { usedAt: before(1), successorUsed: true }, 'reuse'],
    ['a fresh token of a session that ended', { sessionExpiresAt: now }, 'refuse'],
    ['a fresh token of a session that was revoked', { sessionRevokedAt: before(1) }, 'refuse'],
    ['a used token of a session that was revoked', { usedAt: before(60), sessionRevokedAt: before(1) }, 'refuse'],
  ])('%s: %s', (_, token, verdict) => {
    expect(judgeRefresh({ ...fresh, ...token }, now)).toBe(verdict);
  });
});
