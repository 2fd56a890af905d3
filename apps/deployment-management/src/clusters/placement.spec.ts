import { describe, expect, it } from '@jest/globals';
import { isInRegions, type PlacementRow, turnTo } from './placement.js';

type State = PlacementRow['state'];
const placements = (states: Readonly<Record<string, State>>): PlacementRow[] =>
  Object.entries(states).map(([id, state]) => ({
    ...{ id, state, cluster: id, region: null, runtimeVersion: 1, drainSeconds: 0 },
    ...{
      drainUntil: null,
      waitsUntil: null,
      message: null,
      createdAt: new Date(0),
      isFailover: false,
      isRescue: false,
      isGone: false,
    },
    ...{ isFirst: true, counts: {}, report: null, isUnreachable: false, isOutOfReach: false, isRefused: false },
  }));

describe('a move', () => {
  it.each<[string, Record<string, State>, boolean, string[]]>([
    ['to another cluster arrives there', { a: 'active' }, true, []],
    ['to where it is going already changes nothing', { a: 'active', b: 'arriving' }, false, []],
    ['to a third turns from the second', { a: 'active', c: 'arriving' }, true, ['c']],
    ['back to where it just came from arrives there again', { a: 'active', b: 'draining' }, true, []],
    ['to where one failed before tries again', { a: 'active', b: 'failed' }, true, []],
    ['to where it stands changes nothing', { b: 'active', a: 'draining' }, false, []],
    ['to where it stands ends the one under way', { b: 'active', a: 'arriving' }, false, ['a']],
  ])('%s', (_, states, arrives, turnsFrom) => {
    expect(turnTo(placements(states), 'b')).toEqual({ arrives, turnsFrom });
  });
});

describe('regions', () => {
  it.each<[string | null, string[], boolean]>([
    ['eu', [], true],
    [null, [], true],
    ['eu', ['eu', 'ch'], true],
    ['us', ['eu', 'ch'], false],
    [null, ['eu'], false],
  ])('%s in %j: %s', (region, regions, isIn) => expect(isInRegions(region, regions)).toBe(isIn));
});
