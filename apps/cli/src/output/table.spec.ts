import { describe, expect, it } from '@jest/globals';
import { record, table } from './table.js';

const hostile = 'red \u001B[31m\u0007 alert';

describe('what a terminal would obey', () => {
  it('is not obeyed from a cell', async () => {
    expect(await table(['name', 'of'], [[hostile, undefined]])).toContain('red \uFFFD[31m\uFFFD alert  -');
  });
  it('is not obeyed from a value', () => {
    expect(record({ Name: hostile, Lines: 'a\nb' })).toBe('Name:  red \uFFFD[31m\uFFFD alert\nLines: a\nb');
  });
});
