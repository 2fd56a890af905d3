import type { Measurement } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coveredSince, hourOf, usesOf } from './measured-use.js';

const at = (time: string): Date => new Date(`2026-11-10T${time}Z`);
const sample = (over: Partial<Measurement> = {}): Measurement => ({
  ...{ workloadId: 'w', processType: 'web', readySince: '2026-11-10T00:00:00.000Z' },
  ...{ cpuMillicores: 30, memoryBytes: 1_000, ...over },
});
const figures = (samples: readonly Measurement[], from: string, to: string) =>
  usesOf(samples, at(from), at(to)).map((use) => [
    ...[use.hour.toISOString().slice(11, 16), use.processType, use.millicoreMilliseconds, use.byteMilliseconds],
    use.measuredMilliseconds,
  ]);

describe('a sample stands for the time', () => {
  it.each([
    ['since the one before it', '10:00:00.000', '10:01:00.000'],
    ['since one that was late by less than half an interval', '10:00:00.000', '10:01:30.000'],
  ])('%s', (_name, last, now) => expect(coveredSince(at(last), at(now), 60)).toEqual(at(last)));

  it.each([
    ['when it is the first', null],
    ['when one was left out', at('09:59:29.999')],
    ['when the clock was set back', at('10:05:00.000')],
  ])('of nothing, %s', (_name, last) => {
    const now = at('10:01:00.000');
    expect(coveredSince(last, now, 60)).toEqual(now);
    expect(usesOf([sample()], coveredSince(last, now, 60), now)).toEqual([]);
  });
});

describe('what a sample says', () => {
  it('is what each instance uses times the time, added up by process type', () => {
    const samples = [sample(), sample({ cpuMillicores: 10 }), sample({ processType: 'worker', memoryBytes: 5 })];
    expect(figures(samples, '10:00:00.000', '10:01:00.000')).toEqual([
      ['10:00', 'web', 2_400_000n, 120_000_000n, 120_000n],
      ['10:00', 'worker', 1_800_000n, 300_000n, 60_000n],
    ]);
  });

  it('is of each hour its part', () => {
    expect(figures([sample()], '10:59:50.000', '11:00:50.000')).toEqual([
      ['10:00', 'web', 300_000n, 10_000_000n, 10_000n],
      ['11:00', 'web', 1_500_000n, 50_000_000n, 50_000n],
    ]);
  });

  it('is nothing of the time before an instance was ready', () => {
    const ready = sample({ readySince: '2026-11-10T10:00:45.000Z' });
    expect(figures([ready], '10:00:00.000', '10:01:00.000')).toEqual([
      ['10:00', 'web', 450_000n, 15_000_000n, 15_000n],
    ]);
    expect(figures([sample({ readySince: '2026-11-10T10:01:00.000Z' })], '10:00:00.000', '10:01:00.000')).toEqual([]);
  });

  it('is the same in the sum however an interval is cut', () => {
    const minutes = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(minutes, minutes, minutes, fc.integer({ min: 0, max: 300 }), (a, b, c, ready) => {
        const [from, cut, to] = [a, b, c]
          .sort((x, y) => x - y)
          .map((each) => new Date(at('08:00:00.000').getTime() + each * 60_000));
        const each = sample({ readySince: new Date(at('08:00:00.000').getTime() + ready * 60_000).toISOString() });
        const total = (uses: ReturnType<typeof usesOf>) =>
          uses.reduce(
            (sum, use) => sum + use.byteMilliseconds + use.millicoreMilliseconds + use.measuredMilliseconds,
            0n,
          );
        const pieces = [...usesOf([each], from!, cut!), ...usesOf([each], cut!, to!)];
        expect(total(pieces)).toBe(total(usesOf([each], from!, to!)));
        expect(pieces.every(({ hour }) => hour.getTime() === hourOf(hour).getTime())).toBe(true);
      }),
    );
  });
});
