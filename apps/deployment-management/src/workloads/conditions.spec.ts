import type { Condition } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import { type ConditionStatement, mergeConditions, sameConditions } from './conditions.js';

const before = '2026-11-21T10:00:00.000Z';
const now = new Date('2026-11-21T11:00:00.000Z');
const stated = (over: Partial<ConditionStatement> = {}): ConditionStatement => ({
  ...{ type: 'Ready', status: 'true', reason: 'AllReady', message: 'v1 serves' },
  ...over,
});
const former: Condition[] = [{ ...stated(), since: before }];

describe('conditions', () => {
  it.each([
    ['stay when nothing changed', stated(), before],
    ['keep their moment when only the message changed', stated({ message: 'v2 serves' }), before],
    ['get a new moment with another status', stated({ status: 'false' }), now.toISOString()],
    ['get a new moment with another reason', stated({ reason: 'Stopped' }), now.toISOString()],
    ['get a new moment when they are new', stated({ type: 'Routed' }), now.toISOString()],
  ])('%s', (_name, statement, since) => {
    expect(mergeConditions(former, [statement], now)).toEqual([{ ...statement, since }]);
  });

  it('are sorted, and what is stated no more is gone', () => {
    const merged = mergeConditions(former, [stated({ type: 'Z' }), stated({ type: 'A' })], now);
    expect(merged.map((each) => each.type)).toEqual(['A', 'Z']);
  });

  it('are the same whatever order their fields come back in', () => {
    const [one] = former as [Condition];
    const { message, ...rest } = one;
    expect(sameConditions([one], [{ message, ...rest }])).toBe(true);
    for (const field of ['type', 'status', 'reason', 'message', 'since'] as const)
      expect(sameConditions([one], [{ ...one, [field]: 'other' }])).toBe(false);
    expect(sameConditions([one], [])).toBe(false);
  });
});
