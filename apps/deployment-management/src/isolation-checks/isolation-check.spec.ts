import type { IsolationWall } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFinal, verdictOf, wallNames } from './isolation-check.js';

type Outcome = IsolationWall['outcome'];
const wall = (outcome: Outcome, name: IsolationWall['name'] = 'quota'): IsolationWall => ({
  ...{ name, outcome, message: 'seen', nextStep: null },
});
const outcome = fc.constantFrom<Outcome>('passed', 'failed', 'not-proven');
const someWalls = fc.array(
  outcome.map((each) => wall(each)),
  { minLength: 1 },
);
const createdAt = new Date('2026-11-21T10:00:00Z');
const at = (seconds: number) => new Date(createdAt.getTime() + seconds * 1_000);

describe('the verdict of a check', () => {
  it('is isolated only when every wall passed, and not when one failed', () => {
    fc.assert(
      fc.property(someWalls, (walls) => {
        const seen = new Set(walls.map((each) => each.outcome));
        const expected = seen.has('failed') ? 'not-isolated' : seen.has('not-proven') ? 'not-proven' : 'isolated';
        expect(verdictOf(walls)).toBe(expected);
      }),
    );
  });

  it('is none while walls are being tried', () => {
    expect(verdictOf(null)).toBeNull();
  });
});

describe('what a look found', () => {
  it('is not final while something is not known, however late', () => {
    fc.assert(
      fc.property(someWalls, fc.nat(10_000), (walls, seconds) => {
        expect(isFinal([...walls, null], { createdAt }, at(seconds))).toBe(false);
      }),
    );
  });

  it.each<[number, Outcome, boolean]>([
    [0, 'passed', true],
    [0, 'not-proven', true],
    [0, 'failed', false],
    [9, 'failed', false],
    [10, 'failed', true],
  ])('after %i s with a wall that %s is final: %s', (seconds, last, expected) => {
    expect(isFinal([wall('passed'), wall(last)], { createdAt }, at(seconds))).toBe(expected);
  });

  it('has a name for every wall', () => {
    expect(new Set(wallNames).size).toBe(6);
  });
});
