import { lookAgainIn, settled } from '@berth/reconcile';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { onceDue } from './once-due.js';

const now = new Date('2026-11-21T12:00:00.000Z');
const inMs = (milliseconds: number) => new Date(now.getTime() + milliseconds);
const work = jest.fn(() => Promise.resolve());
beforeEach(() => void work.mockClear());

describe('what has a time of its own', () => {
  it.each([
    ['that is taken back', null],
    ['of something that is gone', undefined],
  ])('%s is not done', async (_, at) => {
    expect(await onceDue(at, now, work)).toEqual(settled);
    expect(work).not.toHaveBeenCalled();
  });

  it.each([
    ['in a moment', 1, 1],
    ['in a minute', 60_000, 60],
    ['in a year, for the time may change', 31_536_000_000, 3_600],
  ])('%s is looked at again then, and not done before', async (_, milliseconds, seconds) => {
    expect(await onceDue(inMs(milliseconds), now, work)).toEqual(lookAgainIn({ seconds }));
    expect(work).not.toHaveBeenCalled();
  });

  it.each([0, -1, -86_400_000])('is done once it has come: %i', async (milliseconds) => {
    expect(await onceDue(inMs(milliseconds), now, work)).toEqual(settled);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is tried again when it failed', async () => {
    await expect(onceDue(now, now, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });
});
