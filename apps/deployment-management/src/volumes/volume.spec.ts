import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copiesFor, obstacleTo, toVolume, volumeChanges, type VolumeRow, volumesOf } from './volume.js';

const MIB = 1_048_576;
const row = (over: Partial<VolumeRow> = {}): VolumeRow => ({
  ...{
    id: 'v1',
    name: 'data',
    mountPath: '/data',
    sizeMib: 10,
    initialMib: 5,
    storageClass: null,
    isPerInstance: false,
  },
  ...{ copies: 1, workloadId: 'w', organizationId: 'o', process: 'web', provisionedBytes: 0, isTold: false },
  ...{ isDeleted: false, generation: 1, createdAt: new Date('2026-11-21T10:00:00.000Z'), ...over },
});

describe('what instances are to have', () => {
  it('is of their process type, and no longer wanted is none', () => {
    const all = [row(), row({ id: 'v2', process: 'worker' }), row({ id: 'v3', isDeleted: true })];
    expect(volumesOf(all, 'web').map(({ id }) => id)).toEqual(['v1']);
    expect(volumesOf(all, 'release')).toEqual([]);
  });

  it('is said with what it began with, which a claim may not be told otherwise', () => {
    expect(volumesOf([row()], 'web')[0]).toMatchObject({ sizeMib: 10, initialMib: 5, copies: 1 });
  });
});

describe('the state of a volume', () => {
  it.each([
    ['nothing is there yet', {}, 'pending'],
    ['some of it is there', { provisionedBytes: 10 * MIB - 1 }, 'pending'],
    ['all of it is there', { provisionedBytes: 10 * MIB }, 'ready'],
    ['the cluster gave more', { provisionedBytes: 20 * MIB }, 'ready'],
    ['one of three copies is there', { copies: 3, provisionedBytes: 10 * MIB }, 'pending'],
    ['all three are there', { copies: 3, provisionedBytes: 30 * MIB }, 'ready'],
    ['it grows', { sizeMib: 11, provisionedBytes: 10 * MIB }, 'pending'],
    ['it is wanted no more', { isDeleted: true, provisionedBytes: 10 * MIB }, 'deleting'],
    ['it is wanted no more and is gone', { isDeleted: true }, 'deleting'],
  ])('while %s is as users can tell', (_when, over, state) => expect(toVolume(row(over)).state).toBe(state));
});

describe('what is told of volumes', () => {
  const changes = (rows: VolumeRow[], seen: Record<string, number>) =>
    volumeChanges(rows, new Map(Object.entries(seen))).map(({ volume, bytes, isOver }) => [volume.id, bytes, isOver]);

  it('is what was seen to be otherwise, and nothing twice', () => {
    const rows = [row({ provisionedBytes: 10 }), row({ id: 'v2', provisionedBytes: 20 })];
    expect(changes(rows, { v1: 10, v2: 20 })).toEqual([]);
    expect(changes(rows, { v1: 10, v2: 30 })).toEqual([['v2', 30, false]]);
  });

  it('that are not seen any more is that nothing is left, which is the end of those that were deleted alone', () => {
    const rows = [row({ provisionedBytes: 10 }), row({ id: 'v2', provisionedBytes: 20, isDeleted: true })];
    expect(changes(rows, {})).toEqual([
      ['v1', 0, false],
      ['v2', 0, true],
    ]);
  });

  it('that were deleted before anything of them was there is their end all the same', () => {
    expect(changes([row({ isDeleted: true })], {})).toEqual([['v1', 0, true]]);
    expect(changes([row({ isDeleted: true, provisionedBytes: 5 })], { v1: 5 })).toEqual([]);
  });

  it('is nothing of what nobody here asked for', () => expect(changes([], { stray: 5 })).toEqual([]));
});

describe('how many instances a volume allows', () => {
  const bounds = { web: { min: 1, max: 3, cpuPercent: 70 } };
  it.each([
    ['one writer', false, {}, {}, null],
    ['no instance', false, { web: 0 }, {}, null],
    ['two that share one', false, { web: 2 }, {}, 'counts'],
    ['two with one each', true, { web: 2 }, {}, null],
    ['two of another type', false, { worker: 2 }, {}, null],
    ['as many as a cluster likes', true, {}, bounds, 'autoscaling'],
    ['as many of another type as a cluster likes', false, {}, { worker: bounds.web }, null],
  ])('%s', (_what, isPerInstance, counts, autoscaling, obstacle) => {
    expect(obstacleTo({ process: 'web', isPerInstance }, { counts, autoscaling })).toBe(obstacle);
  });

  it('is kept when there are fewer: copies are never less than they were, nor than instances', () => {
    const many = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(many, many, (before, web) => {
        const copies = Math.max(1, before);
        expect(copiesFor(row({ isPerInstance: true, copies }), { counts: { web } })).toBe(Math.max(copies, web));
        expect(copiesFor(row({ copies: 1 }), { counts: { web } })).toBe(1);
      }),
    );
    expect(copiesFor(row({ isPerInstance: true }), { counts: { worker: 9 } })).toBe(1);
  });
});
