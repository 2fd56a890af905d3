import type { BuildUsage } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stepsOf } from './build.js';

const from = Date.UTC(2026, 10, 10);
const used = (milliseconds: number, cpuMilliseconds: number): BuildUsage => ({
  ...{ organizationId: 'o', projectId: 'p', environmentId: 'e', appId: 'a', cpuMilliseconds },
  ...{ startedAt: new Date(from).toISOString(), finishedAt: new Date(from + milliseconds).toISOString() },
});

describe('processor time of a build', () => {
  it.each([
    [
      'less than one core',
      1_000,
      400,
      [
        [0, 1],
        [400, 0],
      ],
    ],
    [
      'one core all the time',
      1_000,
      1_000,
      [
        [0, 1],
        [1_000, 0],
      ],
    ],
    [
      'two cores and a half',
      1_000,
      2_500,
      [
        [0, 3],
        [500, 2],
        [1_000, 0],
      ],
    ],
    [
      'more than there was time for',
      0,
      7,
      [
        [0, 7],
        [1, 0],
      ],
    ],
  ])('is whole cores over the time it ran: %s', (_name, milliseconds, cpu, expected) => {
    expect(stepsOf(used(milliseconds, cpu)).map(({ at, cores }) => [at - from, cores])).toEqual(expected);
  });

  it('is counted to the millisecond, in order, and within the time of the build', () => {
    const some = fc.tuple(fc.integer({ min: 0, max: 7_200_000 }), fc.integer({ min: 1, max: 1_000_000_000 }));
    fc.assert(
      fc.property(some, ([milliseconds, cpu]) => {
        const steps = stepsOf(used(milliseconds, cpu));
        const ends = steps.slice(1).map(({ at }) => at);
        const counted = ends.reduce((sum, end, index) => sum + (end - steps[index]!.at) * steps[index]!.cores, 0);
        expect(counted).toBe(cpu);
        expect(steps.at(-1)!.cores).toBe(0);
        expect(ends.every((end, index) => end > steps[index]!.at)).toBe(true);
        expect(ends.at(-1)).toBeLessThanOrEqual(from + Math.max(1, milliseconds));
      }),
    );
  });
});
