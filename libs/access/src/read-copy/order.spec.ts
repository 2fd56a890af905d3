import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge, type Position, type Verdict } from './order.js';

const p = (epoch: number, version: number): Position => ({ epoch, version });
const behind = (epoch: number, version: number) => ({ epoch, version, awaitingSnapshot: true });

describe('judge', () => {
  it.each<[string, Position | undefined, Position, boolean, Verdict]>([
    ['the first of an unknown organization', undefined, p(0, 1), false, 'apply'],
    ['the first after a restore, of an unknown organization', undefined, p(3, 1), false, 'apply'],
    ['a later one of an unknown organization', undefined, p(0, 5), false, 'gap'],
    ['a snapshot of an unknown organization', undefined, p(0, 5), true, 'apply'],
    ['the next', p(0, 4), p(0, 5), false, 'apply'],
    ['the same again', p(0, 5), p(0, 5), false, 'skip'],
    ['an old one', p(0, 5), p(0, 2), false, 'skip'],
    ['one too far', p(0, 4), p(0, 6), false, 'gap'],
    ['a snapshot further on', p(0, 4), p(0, 9), true, 'apply'],
    ['an old snapshot', p(0, 9), p(0, 9), true, 'skip'],
    ['one of an earlier epoch, whatever its version', p(1, 2), p(0, 9), false, 'skip'],
    ['a snapshot of an earlier epoch', p(1, 2), p(0, 9), true, 'skip'],
    ['one of a later epoch that seems to be the next', p(0, 4), p(1, 5), false, 'gap'],
    ['a snapshot of a later epoch with a lower version', p(0, 9), p(1, 3), true, 'apply'],
    ['the next, after one that was too far', behind(0, 4), p(0, 5), false, 'gap'],
    ['one too far, after another', behind(0, 4), p(0, 7), false, 'gap'],
    ['an old one, after one that was too far', behind(0, 4), p(0, 3), false, 'skip'],
    ['the snapshot that is awaited', behind(0, 4), p(0, 8), true, 'apply'],
    ['a snapshot of the version that is known, while a later one is awaited', behind(0, 4), p(0, 4), true, 'skip'],
  ])('%s', (_, stored, event, whole, verdict) => {
    expect(judge(stored, event, whole)).toBe(verdict);
  });
});

describe('a stream of events, whatever its order', () => {
  const positions = fc.array(
    fc.record({ epoch: fc.nat(2), version: fc.integer({ min: 1, max: 6 }), whole: fc.boolean() }),
  );

  it('never moves the copy back, nor past an event that it has not seen', () => {
    fc.assert(
      fc.property(positions, (events) => {
        let stored: Position | undefined;
        for (const { whole, ...event } of events) {
          const verdict = judge(stored, event, whole);
          if (verdict !== 'apply') continue;
          const before = stored ?? { epoch: event.epoch, version: 0 };
          const isNext = event.epoch === before.epoch && event.version === before.version + 1;
          const isNewer = event.epoch > before.epoch || event.version > before.version;
          expect(isNewer && (whole || isNext)).toBe(true);
          stored = event;
          expect(judge(stored, event, whole)).toBe('skip'); // said again, it is known
        }
      }),
      { numRuns: 500 },
    );
  });
});
