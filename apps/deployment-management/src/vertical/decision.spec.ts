import type { ProcessSize } from '@berth/contracts/common';
import type { VerticalBounds } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, type Peaks, type Seen, withAllUsed } from './decision.js';

const bounds: VerticalBounds = { cpuMillicores: { min: 50, max: 1_000 }, memoryMib: { min: 64, max: 512 } };
const size: ProcessSize = { cpuMillicores: 200, memoryMib: 256 };
const used = (cpuMillicores: number, memoryMib: number): Peaks => ({ cpuMillicores, memoryMib });
const seen = (over: Partial<Seen>): Seen => ({ recent: used(140, 180), whole: used(140, 180), ranOut: false, ...over });
const sizeAfter = (decision: ReturnType<typeof decide>, before = size) =>
  decision.kind === 'resize' ? decision.size : before;

describe('the size of a process type', () => {
  it.each([
    ['fits what it uses', seen({}), size, 'at most 140m of CPU were used'],
    ['is unknown', seen({ recent: null, whole: null }), size, 'Nobody has seen yet'],
    [
      'is too little CPU',
      seen({ recent: used(195, 180) }),
      { ...size, cpuMillicores: 280 },
      'CPU 200m -> 280m: at most 195m',
    ],
    [
      'is too little memory',
      seen({ recent: used(140, 250) }),
      { ...size, memoryMib: 368 },
      'memory 256 MiB -> 368 MiB',
    ],
    [
      'is too much',
      seen({ recent: used(30, 30), whole: used(60, 70) }),
      { cpuMillicores: 90, memoryMib: 112 },
      'at most 70 MiB',
    ],
    ['may be too much, and that is not known yet', seen({ recent: used(30, 30), whole: null }), size, 'It fits'],
    [
      'is too little, within bounds',
      seen({ recent: used(200, 9_999) }),
      { cpuMillicores: 290, memoryMib: 512 },
      '-> 512 MiB',
    ],
    ['ran out of memory', seen({ ranOut: true }), { ...size, memoryMib: 368 }, 'an instance ran out of it'],
    [
      'ran out, seen with little',
      seen({ ranOut: true, whole: used(9, 9), recent: used(9, 9) }),
      { cpuMillicores: 50, memoryMib: 368 },
      'ran out',
    ],
  ] as const)('%s', (_, what, expected, words) => {
    const decision = decide(bounds, size, what);
    expect(sizeAfter(decision)).toEqual(expected);
    expect(decision.message).toContain(words);
  });

  it('is brought within its bounds, whatever is seen', () => {
    const tight: VerticalBounds = { memoryMib: { min: 512, max: 1_024 } };
    expect(decide(tight, size, seen({ recent: null, whole: null }))).toMatchObject({
      size: { ...size, memoryMib: 512 },
    });
  });

  it('is kept as a whole when an instance ran out of memory that cannot be raised', () => {
    const idle = seen({ ranOut: true, recent: used(1, 1), whole: used(1, 1) });
    for (const memory of [{ memoryMib: { min: 64, max: 256 } }, {}])
      expect(decide({ cpuMillicores: { min: 50, max: 1_000 }, ...memory }, size, idle)).toMatchObject({
        ...{ kind: 'keep', reason: 'at-most' },
      });
  });
});

describe('whatever is seen', () => {
  const limits = (most: number) =>
    fc.tuple(fc.integer({ min: 16, max: most }), fc.integer({ min: 16, max: most })).map((both) => ({
      ...{ min: Math.min(...both), max: Math.max(...both) },
    }));
  const anyBounds: fc.Arbitrary<VerticalBounds> = fc
    .record({ cpuMillicores: limits(64_000), memoryMib: limits(262_144) }, { requiredKeys: [] })
    .filter((each) => Object.keys(each).length > 0);
  const anySize = fc.record({
    cpuMillicores: fc.integer({ min: 10, max: 64_000 }),
    memoryMib: fc.integer({ min: 16, max: 262_144 }),
  });
  const peaks = fc.record({ cpuMillicores: fc.nat(70_000), memoryMib: fc.nat(300_000) });
  /** What was seen of late is a part of what was seen in all. */
  const anySeen: fc.Arbitrary<Seen> = fc
    .record({ recent: fc.option(peaks), more: peaks, isWhole: fc.boolean(), ranOut: fc.boolean() })
    .map(({ recent, more, isWhole, ranOut }) => ({
      ...{ recent, ranOut },
      whole:
        recent && isWhole
          ? {
              cpuMillicores: Math.max(recent.cpuMillicores, more.cpuMillicores),
              memoryMib: Math.max(recent.memoryMib, more.memoryMib),
            }
          : null,
    }));
  const always = (holds: (bounds: VerticalBounds, size: ProcessSize, seen: Seen) => void) =>
    fc.assert(fc.property(anyBounds, anySize, anySeen, holds), { numRuns: 2_000 });
  const resources = ['cpuMillicores', 'memoryMib'] as const;

  it('a size that is chosen is within its bounds, and what has none is left alone', () =>
    always((limit, before, what) => {
      const decision = decide(limit, before, what);
      if (decision.kind === 'keep') return;
      for (const each of resources) {
        const { min, max } = limit[each] ?? { min: before[each], max: before[each] };
        expect(decision.size[each]).toBeGreaterThanOrEqual(min);
        expect(decision.size[each]).toBeLessThanOrEqual(max);
      }
    }));

  it('a size that was chosen is kept while the same is seen', () =>
    always((limit, before, what) => {
      const after = sizeAfter(decide(limit, before, what), before);
      // Also that an instance ran out of memory is remembered, as use of all that it had.
      if (after !== before)
        expect(decide(limit, after, { ...withAllUsed(before, what), ranOut: false }).kind).toBe('keep');
    }));

  it('memory never becomes less after an instance ran out of it, and something only changes when there is more', () =>
    always((limit, before, what) => {
      const decision = decide(limit, before, { ...what, ranOut: true });
      if (decision.kind === 'resize') expect(decision.size.memoryMib).toBeGreaterThan(before.memoryMib);
    }));

  it('there is never less than was used of late, nor less at all before enough was seen', () =>
    always((limit, before, what) => {
      const decision = decide(limit, before, what);
      if (decision.kind === 'keep') return;
      for (const each of resources) {
        if (decision.size[each] >= before[each]) continue;
        const isOutside = before[each] > (limit[each]?.max ?? Infinity);
        expect(isOutside || (what.whole !== null && decision.size[each] >= what.whole[each])).toBe(true);
      }
    }));
});
