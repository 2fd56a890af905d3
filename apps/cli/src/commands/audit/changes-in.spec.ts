import { describe, expect, it } from '@jest/globals';
import { changesIn } from './changes-in.js';

type Fields = Record<string, unknown>;

describe('what an act changed is shown', () => {
  it.each<[string, Fields, Fields, string[]]>([
    ['by what it was and what it is', { cpu: '250m' }, { cpu: '500m' }, ['cpu 250m -> 500m']],
    ['by its path', { counts: { web: 2 } }, { counts: { web: 3 } }, ['counts.web 2 -> 3']],
    ['with nothing where there was nothing', { counts: {} }, { counts: { web: 2 } }, ['counts.web - -> 2']],
    ['with nothing where nothing is left', { sleep: { timeZone: 'UTC' } }, {}, ['sleep.timeZone UTC -> -']],
    ['whole when it is a list', { roles: ['a', 'b'] }, { roles: [] }, ['roles ["a","b"] -> []']],
    [
      'whole when it became something else',
      { strategy: { kind: 'canary' } },
      { strategy: null },
      ['strategy {"kind":"canary"} -> null'],
    ],
    ['whole when it was empty and is gone', { labels: {} }, {}, ['labels {} -> -']],
  ])('%s', (_, before, after, lines) => {
    expect(changesIn({ before, after })).toEqual(lines);
  });

  it('by no line when the act says of no change', () => {
    expect(changesIn({ slug: 'web' })).toEqual([]);
  });
});
