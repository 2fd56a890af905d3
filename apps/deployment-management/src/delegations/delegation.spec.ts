import { describe, expect, it } from '@jest/globals';
import { type DelegationRow, endOf, toDelegation } from './delegation.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 10, minute));
const endsAt = at(30);

describe('a delegation', () => {
  it.each([
    ['in force', null, 29, null],
    ['at its end', null, 30, 'ended'],
    ['revoked before its end', 10, 20, 'revoked'],
    ['revoked before its end, long ago', 10, 50, 'revoked'],
    ['whose token was taken away because it had ended', 31, 50, 'ended'],
    ['revoked in the moment of its end', 30, 30, 'ended'],
  ])('%s', (_, revoked, now, end) => {
    expect(endOf({ revokedAt: revoked === null ? null : at(revoked), endsAt }, at(now))).toBe(end);
  });

  it.each([
    [null, 30],
    [10, 10],
    [31, 30],
  ])('tells the moment of its end when it was revoked at %s', (revoked, end) => {
    const row = { revokedAt: revoked === null ? null : at(revoked), endsAt, createdAt: at(0) } as DelegationRow;
    expect(toDelegation(row).endsAt).toBe(at(end).toISOString());
  });
});
