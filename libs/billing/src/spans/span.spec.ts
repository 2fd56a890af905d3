import type { AllocationEntry } from '@berth/contracts/events';
import { describe, expect, it } from '@jest/globals';
import { mergeEntries, moveTo, type OpenSpan } from './span.js';

type Named = OpenSpan & { readonly id: string };

const web: AllocationEntry = {
  cluster: 'local',
  release: 1,
  processType: 'web',
  instances: 1,
  cpuMillicores: 250,
  memoryMib: 256,
};
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second));
const span = (id: string, entry: AllocationEntry, second: number): Named => ({ ...entry, id, from: at(second) });
const ids = (spans: readonly Named[]) => spans.map((each) => each.id);

describe('a move', () => {
  it('opens everything when nothing was open', () => {
    const move = moveTo([], [web], at(5), null);
    expect(move).toEqual({ at: at(5), staying: [], closing: [], dropping: [], opening: [web] });
  });

  it('leaves alone what did not change', () => {
    const worker = { ...web, processType: 'worker' };
    const open = [span('1', web, 0)];
    const move = moveTo(open, [web, worker], at(5), at(0));
    expect(move).toEqual({ at: at(5), staying: open, closing: [], dropping: [], opening: [worker] });
  });

  it.each<[string, Partial<AllocationEntry>]>([
    ['the number of instances', { instances: 3 }],
    ['the release', { release: 2 }],
    ['the size in CPU', { cpuMillicores: 500 }],
    ['the size in memory', { memoryMib: 512 }],
    ['the cluster', { cluster: 'far' }],
    ['the process type', { processType: 'worker' }],
  ])('ends one span and begins another when %s changes', (_name, change) => {
    const move = moveTo([span('1', web, 0)], [{ ...web, ...change }], at(5), at(0));
    expect(ids(move.closing)).toEqual(['1']);
    expect(move.opening).toEqual([{ ...web, ...change }]);
  });

  it('ends everything when nothing runs any more', () => {
    const open = [span('1', web, 0), span('2', { ...web, release: 2 }, 3)];
    const move = moveTo(open, [], at(5), at(3));
    expect(ids(move.closing)).toEqual(['1', '2']);
    expect(move.opening).toEqual([]);
  });

  it('drops a span that would be empty', () => {
    const move = moveTo([span('1', web, 5)], [], at(5), at(5));
    expect(ids(move.dropping)).toEqual(['1']);
    expect(move.closing).toEqual([]);
  });

  it('never goes back before the change that was told last', () => {
    const move = moveTo([span('old', web, 0), span('new', { ...web, release: 2 }, 9)], [], at(4), at(9));
    expect(move.at).toEqual(at(9));
    expect(ids(move.closing)).toEqual(['old']);
    expect(ids(move.dropping)).toEqual(['new']);
  });

  it('takes two entries of one resource for their sum', () => {
    expect(mergeEntries([web, { ...web, instances: 2 }])).toEqual([{ ...web, instances: 3 }]);
    const open = [span('1', { ...web, instances: 3 }, 0)];
    expect(moveTo(open, [web, { ...web, instances: 2 }], at(5), at(0))).toEqual({
      ...{ at: at(5), staying: open, closing: [], dropping: [], opening: [] },
    });
  });
});
