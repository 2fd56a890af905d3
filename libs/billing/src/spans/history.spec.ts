import type { AllocationEntry } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, spansOf } from './history.js';
import { compareSpans, SpanDigest } from './span-digest.js';
import { clipped, usageOf } from './usage.js';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 0, minute));
const web: AllocationEntry = {
  ...{ cluster: 'local', release: 1, processType: 'web', instances: 1, cpuMillicores: 250, memoryMib: 256 },
};
const fact = (version: number, minute: number, entries: AllocationEntry[], over: Partial<Fact> = {}): Fact => ({
  ...{
    source: 's',
    id: `${over.epoch ?? 0}-${version}-${String(over.isSnapshot ?? false)}`,
    epoch: 0,
    isSnapshot: false,
  },
  data: {
    ...{ workloadId: 'w', appId: 'a', environmentId: 'e', projectId: 'p', organizationId: 'o' },
    ...{ allocationVersion: version, effectiveAt: at(minute).toISOString(), entries },
  },
  ...over,
});
const inNextEpoch = (version: number, minute: number, entries: AllocationEntry[]): Fact => {
  const { data, ...rest } = fact(version, minute, entries, { epoch: 1 });
  return { ...rest, data: { ...data, followsEpochs: true } };
};
const told = (facts: readonly Fact[]) =>
  spansOf(facts).map(({ processType, instances, from, to }) => [processType, instances, from, to]);
const worker = { ...web, processType: 'worker' };

describe('spans', () => {
  it('go on while nothing changes and end where it does', () => {
    expect(
      told([fact(1, 0, [web, worker]), fact(2, 5, [web, { ...worker, instances: 3 }]), fact(3, 9, [web])]),
    ).toEqual([
      ['worker', 1, at(0), at(5)],
      ['worker', 3, at(5), at(9)],
      ['web', 1, at(0), null],
    ]);
  });

  it.each<[string, Fact[], unknown[]]>([
    ['behind a hole are left out', [fact(1, 0, [web]), fact(3, 5, [])], [['web', 1, at(0), null]]],
    [
      'go over a hole by a snapshot',
      [fact(1, 0, [web]), fact(3, 5, [], { isSnapshot: true })],
      [['web', 1, at(0), at(5)]],
    ],
    [
      'of a newer epoch wait for its snapshot',
      [fact(1, 0, [web]), fact(2, 4, [], { epoch: 1 }), fact(1, 3, [worker], { epoch: 1, isSnapshot: true })],
      [
        ['web', 1, at(0), at(3)],
        ['worker', 1, at(3), at(4)],
      ],
    ],
    [
      'of which there are no snapshots go on in a newer epoch, and wait within it',
      [fact(1, 0, [web]), inNextEpoch(1, 3, [worker]), inNextEpoch(3, 5, [])],
      [
        ['web', 1, at(0), at(3)],
        ['worker', 1, at(3), null],
      ],
    ],
    [
      'of which there are no snapshots go on over a hole before the newer epoch',
      [fact(1, 0, [web]), fact(3, 1, [worker]), inNextEpoch(2, 3, [])],
      [['web', 1, at(0), at(3)]],
    ],
    ['are never of negative length', [fact(1, 5, [web]), fact(2, 3, [])], []],
  ])('%s', (_name, facts, expected) => {
    expect(told(facts)).toEqual(expected);
  });

  it('are the same in any order of facts, however often they come', () => {
    const facts = [
      fact(1, 0, [web]),
      fact(2, 3, [web, worker]),
      fact(4, 7, [worker], { isSnapshot: true }),
      fact(5, 9, []),
    ];
    const order = fc.shuffledSubarray([...facts, ...facts], { minLength: 8, maxLength: 8 });
    fc.assert(fc.property(order, (shuffled) => expect(told(shuffled)).toEqual(told(facts))));
  });
});

describe('usage of spans', () => {
  const spans = spansOf([fact(1, 0, [{ ...web, instances: 2 }]), fact(2, 10, [])]);
  it.each([
    ['the whole', 0, 10, 600_000n],
    ['a part', 4, 6, 120_000n],
    ['what begins before', -5, 1, 60_000n],
    ['what ends after', 9, 20, 60_000n],
  ])('in an interval: %s', (_name, from, to, milliseconds) => {
    expect(usageOf(spans, { from: at(from), to: at(to) })).toEqual([
      { appId: 'a', metric: 'cpu', quantity: milliseconds * 2n * 250n },
      { appId: 'a', metric: 'memory', quantity: milliseconds * 2n * 256n * 1_048_576n },
      { appId: 'a', metric: 'storage', quantity: 0n },
      { appId: 'a', metric: 'build', quantity: 0n },
      { appId: 'a', metric: 'egress', quantity: 0n },
      { appId: 'a', metric: 'domain', quantity: 0n },
    ]);
  });

  it('is nothing beside it', () => {
    expect(usageOf(spans, { from: at(10), to: at(20) })).toEqual([]);
    expect(clipped(spans[0]!, { from: at(10), to: at(20) })).toBeUndefined();
  });
});

describe('the digest', () => {
  const month = { from: at(0), to: at(60) };
  const digestOf = (facts: readonly Fact[]) => {
    const digest = new SpanDigest();
    const parts = spansOf(facts).map((span) => clipped(span, month)!);
    for (const span of parts.toSorted(compareSpans)) digest.add(span);
    return digest.done();
  };
  const facts = [fact(1, 0, [web, worker]), fact(2, 5, [worker])];

  it('counts spans and is the same for the same', () => {
    expect(digestOf(facts)).toEqual({ ...digestOf(facts.toReversed()), count: 2 });
  });

  it.each([
    ['a moment', [fact(1, 0, [web, worker]), fact(2, 6, [worker])]],
    ['a number of instances', [fact(1, 0, [{ ...web, instances: 2 }, worker]), fact(2, 5, [worker])]],
    ['a release', [fact(1, 0, [{ ...web, release: 2 }, worker]), fact(2, 5, [worker])]],
  ])('is another when %s is', (_name, others) => {
    expect(digestOf(others).sha256).not.toBe(digestOf(facts).sha256);
  });
});
