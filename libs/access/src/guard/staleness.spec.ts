import { describe, expect, it } from '@jest/globals';
import { isStale } from './staleness.js';

const now = new Date('2026-11-21T12:00:00.000Z');
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);

describe('access rules', () => {
  it.each([
    ['just heard', ago(0), false],
    ['heard at the limit', ago(60_000), false],
    ['heard a moment longer ago', ago(60_001), true],
    ['heard long ago', ago(86_400_000), true],
    ['heard from a clock that is ahead', ago(-30_000), false],
    ['never heard, when nobody has a key or a role', null, false],
  ])('%s: stale %#', (_, heardAt, expected) => {
    expect(isStale(heardAt, now, 60)).toBe(expected);
  });
});
