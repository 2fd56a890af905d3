import { describe, expect, it } from '@jest/globals';
import { familyOf, parseStat, type ProcessInfo } from './process-table.js';

const process = (pid: number, parent: number, group = pid, session = pid): ProcessInfo => ({
  pid,
  parent,
  group,
  session,
  state: 'S',
  startTime: '1',
  residentBytes: 1,
  ticks: 0,
});

describe('the process table', () => {
  it('reads a line whose command holds spaces and parentheses', () => {
    const line = `42 (a) b (c)) S 7 42 41 0 -1 4194560 0 0 0 0 50 7 300 20 0 0 0 0 123456 99 25 0`;
    expect(parseStat(line)).toEqual({
      pid: 42,
      state: 'S',
      parent: 7,
      group: 42,
      session: 41,
      startTime: '123456',
      residentBytes: 25 * 4_096,
      ticks: 377,
    });
  });

  it('counts group, session and all descendants to a family, whatever their order', () => {
    const table = [
      process(9, 8),
      process(8, 7),
      process(7, 5),
      process(5, 1),
      process(6, 1, 5, 5),
      process(4, 1, 4, 5),
      process(3, 1),
    ];
    expect(
      familyOf(5, table)
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('does not take in the neighbours', () => {
    expect(familyOf(99, [process(1, 0), process(2, 1)])).toEqual([]);
  });
});
