import type { AllocationEntry } from '@berth/contracts/events';
import type { ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocationOf, changedReleases, isBilledIn, sameAllocation, shifted } from './allocation.js';

const instance = (over: Partial<ObservedInstance> = {}): ObservedInstance => ({
  ...{ id: 'web-1', processType: 'web', release: 1, releaseHash: '', artifactDigest: '', configHash: '' },
  ...{ restartToken: '', cpuMillicores: 250, memoryMib: 256, state: 'ready', routed: true, restarts: 0 },
  ...{ startedAt: '', readySince: '2026-11-21T10:00:00.000Z', lastExit: null, trouble: null },
  ...over,
});
const observed = (instances: ObservedInstance[]): ObservedWorkload => ({
  ...{ workloadId: 'w', observedGeneration: 1, instances, routes: [], changedAt: '', trouble: null },
});
const entry = (over: Partial<AllocationEntry> = {}): AllocationEntry => ({
  ...{ cluster: 'local', processType: 'web', release: 1, cpuMillicores: 250, memoryMib: 256, instances: 1 },
  ...over,
});
const none: ReadonlySet<number> = new Set();
const of = (instances: ObservedInstance[]) =>
  allocationOf(observed(instances), 'local', isBilledIn({ live: new Set([1]), canaries: none, standby: none }));

describe('the allocation', () => {
  it.each([
    ['of nothing is nothing', [], []],
    ['counts what serves', [instance(), instance({ id: 'web-2' })], [entry({ instances: 2 })]],
    ['leaves out what does not serve', [instance({ state: 'starting', readySince: null })], []],
    ['leaves out what is held to fall back to, or not in charge yet', [instance({ routed: false })], []],
    [
      'counts a process that gets no requests when it is ready',
      [instance({ processType: 'worker', routed: false })],
      [entry({ processType: 'worker' })],
    ],
    ['leaves out releases that never were live', [instance({ release: 2 })], []],
    [
      'keeps types and sizes apart, in a stable order',
      [instance({ processType: 'worker' }), instance({ memoryMib: 512 }), instance()],
      [entry(), entry({ memoryMib: 512 }), entry({ processType: 'worker' })],
    ],
    ['bills what still serves while it ends', [instance({ state: 'stopping' })], [entry()]],
  ])('%s', (_name, instances, expected) => {
    expect(of(instances)).toEqual(expected);
  });

  it('is the same in whatever order instances are seen', () => {
    const some = fc.array(
      fc.record({ processType: fc.constantFrom('web', 'worker'), memoryMib: fc.constantFrom(64, 128) }),
    );
    fc.assert(
      fc.property(some, (parts) => {
        const instances = parts.map((part) => instance(part));
        const [a, b] = [of(instances), of(instances.toReversed())];
        return sameAllocation(a, b) && a.reduce((sum, each) => sum + each.instances, 0) === parts.length;
      }),
    );
  });
});

it('of a canary that was never live is that of web alone', () => {
  const isBilled = isBilledIn({ live: new Set([1]), canaries: new Set([2]), standby: none });
  const billed = [1, 2, 3].flatMap((release) =>
    ['web', 'worker'].map((processType) => isBilled(instance({ release, processType }))),
  );
  expect(billed).toEqual([true, true, true, false, false, false]);
});

it('of a canary that stands by is that of web as soon as it is ready, with requests or without', () => {
  const isBilled = isBilledIn({ live: new Set([1]), canaries: new Set([2]), standby: new Set([2]) });
  const cases: Partial<ObservedInstance>[] = [{ routed: false }, {}, { readySince: null }, { processType: 'worker' }];
  expect(cases.map((each) => isBilled(instance({ release: 2, ...each })))).toEqual([true, true, false, false]);
  expect(isBilled(instance({ routed: false }))).toBe(false);
});

it('names the releases of which something else is in use', () => {
  const [one, two] = [entry({ instances: 2 }), entry({ release: 2 })];
  expect(changedReleases([one, two], [two, one])).toEqual([]);
  expect(changedReleases([one], [one, two])).toEqual([2]);
  expect(changedReleases([one, two], [{ ...one, instances: 1 }])).toEqual([1, 2]);
});

describe('two allocations are the same', () => {
  it('when every quantity is, in any order', () => {
    const [a, b] = [entry(), entry({ processType: 'worker', instances: 3 })];
    expect(sameAllocation([a, b], [b, a])).toBe(true);
    expect(sameAllocation([], [])).toBe(true);
  });

  it.each(['cluster', 'release', 'processType', 'instances', 'cpuMillicores', 'memoryMib'] as const)(
    'not when %s differs',
    (field) => {
      const other = typeof entry()[field] === 'number' ? 99 : 'other';
      expect(sameAllocation([entry()], [{ ...entry(), [field]: other }])).toBe(false);
      expect(sameAllocation([entry()], [])).toBe(false);
    },
  );
});

describe('an allocation that is shifted', () => {
  it('has what came, and is as before when that has gone', () => {
    const entries = fc.array(
      fc.record({ processType: fc.constantFrom('web', 'task'), memoryMib: fc.constantFrom(64, 128) }),
    );
    fc.assert(
      fc.property(entries, entries, (before, changes) => {
        const start = before.map((each) => entry(each)).reduce(shifted, []);
        const more = changes.map((each) => entry(each)).reduce(shifted, start);
        const back = changes.map((each) => entry({ ...each, instances: -1 })).reduce(shifted, more);
        const count = more.reduce((sum, each) => sum + each.instances, 0);
        return count === before.length + changes.length && sameAllocation(back, start);
      }),
    );
  });
});
