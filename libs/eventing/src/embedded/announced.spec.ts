import { describe, expect, it } from '@jest/globals';
import type { CloudEvent } from '@berth/contracts/events';
import { Announced } from './announced.js';
import type { StoredMessage } from './embedded-log.js';

const message = (offset: number): StoredMessage => ({ offset: String(offset), key: 'key', event: {} as CloudEvent });
const messages = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => message(from + i));
const offsets = (taken: readonly StoredMessage[]) => taken.map(({ offset }) => Number(offset));

describe('what notifications told', () => {
  it('is kept as it follows, across ten thousand as well, and taken once', () => {
    const announced = new Announced();
    expect(announced.add(messages(9_999, 10_001))).toBe(true);
    expect(announced.add([message(10_001)])).toBe(true);
    expect(offsets(announced.takeFrom(9_999))).toEqual([9_999, 10_000, 10_001]);
    expect(announced.takeFrom(9_999)).toEqual([]);
  });

  it('leaves out what was read meanwhile', () => {
    const announced = new Announced();
    announced.add(messages(3, 7));
    expect(offsets(announced.takeFrom(5))).toEqual([5, 6]);
  });

  it('is refused when a part is missing: no place, a gap, an offset again', () => {
    const announced = new Announced();
    expect(announced.add([])).toBe(false);
    expect(announced.add(messages(0, 3))).toBe(true);
    expect(announced.add([message(4)])).toBe(false);
    expect(announced.add([message(2)])).toBe(false);
    expect(offsets(announced.takeFrom(0))).toEqual([0, 1, 2]);
    expect(announced.add([message(7)])).toBe(true);
  });

  it('is bounded: what does not fit is refused as a whole, and there is room once it was taken', () => {
    const announced = new Announced();
    expect(announced.add(messages(0, 256))).toBe(true);
    expect(announced.add([message(256)])).toBe(false);
    expect(announced.takeFrom(0)).toHaveLength(256);
    expect(announced.add([message(256)])).toBe(true);
  });
});
