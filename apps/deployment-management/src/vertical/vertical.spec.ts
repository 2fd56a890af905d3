import { describe, expect, it } from '@jest/globals';
import { PARTS, partOf, seenIn } from './vertical.js';

const DAY = 86_400;
const HOUR = 3_600_000;
const now = new Date('2026-11-20T12:30:00.000Z');
/** The most that was seen in an hour, so many hours ago. */
const hour = (ago: number, cpuMillicores = 10, memoryMib = 10) => ({
  ...{ since: new Date(partOf(now, DAY).getTime() - ago * HOUR), cpuMillicores, memoryMib },
});
const seen = (parts: Parameters<typeof seenIn>[0], everySeconds = 3_600) =>
  seenIn(parts, { now, windowSeconds: DAY, everySeconds });
const hours = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => hour(from - at));

describe('what is known of the use', () => {
  it('is kept for parts of the window that begin where every replica thinks they do', () => {
    expect(partOf(now, DAY)).toEqual(new Date('2026-11-20T12:00:00.000Z'));
    expect(partOf(now, 240)).toEqual(now);
  });

  it('of late is the most of this part and of the time that a size is kept for', () => {
    expect(seen([hour(0, 5, 50), hour(1, 40, 20), hour(2, 900, 900)]).recent).toEqual({
      cpuMillicores: 40,
      memoryMib: 50,
    });
    expect(seen([hour(2, 900, 900)], 3 * 3_600).recent).toEqual({ cpuMillicores: 900, memoryMib: 900 });
    expect(seen([hour(3)]).recent).toBeNull();
    expect(seen([]).recent).toBeNull();
  });

  it('in all is the most of a window that was seen from its beginning', () => {
    expect(seen(hours(PARTS, 0)).whole).toEqual({ cpuMillicores: 10, memoryMib: 10 });
    expect(seen([hour(PARTS, 7, 90), ...hours(PARTS - 2, 0)]).whole).toEqual({ cpuMillicores: 10, memoryMib: 90 });
    expect(seen(hours(PARTS - 2, 0)).whole).toBeNull();
  });

  it('in all needs every other part: what sleeps at night is known by its days', () => {
    expect(seen(hours(PARTS, 13)).whole).not.toBeNull();
    expect(seen(hours(PARTS, 14)).whole).toBeNull();
  });

  it('forgets what lies before the window', () => {
    expect(seen([hour(PARTS + 1, 900, 900), ...hours(PARTS, 0)]).whole).toEqual({ cpuMillicores: 10, memoryMib: 10 });
  });
});
