import type { AllocationEntry } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import type { AcceptedAllocation } from '../accepted-events/accepted-event.js';
import { advance, type StoredSpan } from './advance.js';

const web: AllocationEntry = {
  ...{ cluster: 'local', release: 1, processType: 'web', instances: 1, cpuMillicores: 250, memoryMib: 256 },
};
const ids = { workloadId: 'w', organizationId: 'o', projectId: 'p', environmentId: 'e', appId: 'a' };
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second));
const fact = (
  allocationVersion: number,
  second: number,
  entries: AllocationEntry[],
  over = {},
): AcceptedAllocation => ({
  ...{ epoch: 0, isSnapshot: false, isOfThePast: false, time: at(second) },
  data: { ...ids, allocationVersion, effectiveAt: at(second).toISOString(), entries },
  ...over,
});
const bridging = (version: number, second: number): AcceptedAllocation => {
  const { data, ...rest } = fact(version, second, [], { epoch: 1 });
  return { ...rest, data: { ...data, followsEpochs: true } };
};
const stored = (id: string, second: number): StoredSpan => ({ ...web, id, place: ids, from: at(second) });
const nothing = { epoch: 0, version: 0, at: null };
const known = { epoch: 0, version: 4, at: at(4) };

describe('facts', () => {
  it('in order end what is stored and begin what is not', () => {
    const { open, ended, dropped, progress, applied } = advance(
      known,
      [stored('7', 4)],
      [fact(5, 6, []), fact(6, 9, [web])],
    );
    expect(ended).toEqual([{ ...stored('7', 4), to: at(6) }]);
    expect(open).toMatchObject([{ ...web, id: null, from: at(9), place: ids }]);
    expect({ dropped, progress, applied }).toEqual({
      ...{ dropped: [], progress: { epoch: 0, version: 6, at: at(9) }, applied: 2 },
    });
  });

  it('of one moment leave no span between them', () => {
    const { open, ended, dropped } = advance(nothing, [], [fact(1, 3, [web]), fact(2, 3, [{ ...web, instances: 2 }])]);
    expect(open).toMatchObject([{ instances: 2, from: at(3) }]);
    expect([ended, dropped.length]).toEqual([[], 1]);
  });

  it.each<[string, AcceptedAllocation[], number, number]>([
    ['before a hole are applied, those behind it wait', [fact(5, 5, []), fact(7, 7, [web]), fact(8, 8, [])], 1, 5],
    ['that were applied before are passed over', [fact(3, 3, []), fact(4, 4, []), fact(5, 5, [])], 3, 5],
    ['of a snapshot go over a hole', [fact(9, 9, [], { isSnapshot: true }), fact(10, 10, [])], 2, 10],
    ['of the next epoch wait for its snapshot', [fact(5, 5, [], { epoch: 1 })], 0, 4],
    ['of the next epoch that follow epochs do not wait', [bridging(2, 5), bridging(3, 6), bridging(5, 7)], 2, 3],
  ])('%s', (_name, facts, applied, version) => {
    const result = advance(known, [stored('7', 4)], facts);
    expect([result.applied, result.progress.version]).toEqual([applied, version]);
  });

  it('are noted when something is wrong with them, each on top of the one before', () => {
    const facts = [fact(5, 2, []), fact(6, 5, [], { time: at(400) }), fact(9, 9, [], { isSnapshot: true })];
    expect(advance(known, [], facts).anomalies.map(({ kind, version }) => [kind, version])).toEqual([
      ['effective_before_former', 5],
      ['told_late', 6],
      ['history_missing', 9],
    ]);
  });
});
