import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Clock } from './clock.js';

describe('a pause', () => {
  it('leaves nothing on the signal of the loop that makes it', async () => {
    const { signal } = new AbortController();
    for (let n = 0; n < 3; n++) await new Clock().pause(1, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends when the signal aborts, and at once when it has', async () => {
    const stop = new AbortController();
    const pause = new Clock().pause(600_000, stop.signal);
    stop.abort();
    await pause;
    await new Clock().pause(600_000, stop.signal);
  });
});
