import { describe, expect, it } from '@jest/globals';
import { Remembered } from './remembered.js';

describe('what is remembered', () => {
  it('is computed once, and anew when what it depends on is another', () => {
    const remembered = new Remembered<string, number>(2);
    let made = 0;
    const ask = (key: string, given: string) => remembered.of(key, given, () => ++made);
    expect([ask('a', '1'), ask('a', '1'), ask('a', '2'), ask('a', '2'), ask('a', '1')]).toEqual([1, 1, 2, 2, 3]);
  });

  it('is what was asked about last', () => {
    const remembered = new Remembered<string, number>(2);
    let made = 0;
    const ask = (key: string) => remembered.of(key, '', () => ++made);
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(ask)).toEqual([1, 2, 1, 3, 1, 4]);
  });
});
