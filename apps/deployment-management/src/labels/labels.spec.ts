import { describe, expect, it } from '@jest/globals';
import { isSame, merged } from './labels.js';

describe('a merge patch of labels', () => {
  it.each([
    ['adds', { a: '1' }, { b: '2' }, { a: '1', b: '2' }],
    ['replaces', { a: '1' }, { a: '2' }, { a: '2' }],
    ['takes away', { a: '1', b: '2' }, { a: null }, { b: '2' }],
    ['takes away what is not there', {}, { a: null }, {}],
    ['changes nothing when it names nothing', { a: '1' }, {}, { a: '1' }],
  ])('%s', (_name, labels, change, result) => expect(merged(labels, change)).toEqual(result));

  it('knows what is the same in another order', () => {
    expect(isSame({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
    expect(isSame({ a: '1' }, { a: '2' })).toBe(false);
  });
});
