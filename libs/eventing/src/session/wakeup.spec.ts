import { describe, expect, it } from '@jest/globals';
import { Wakeup } from './wakeup.js';

const never = new AbortController().signal;
const settled = async (promise: Promise<void>) => {
  let done = false;
  void promise.then(() => (done = true));
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  return done;
};

describe('a wake-up', () => {
  it('ends the wait', async () => {
    const wakeup = new Wakeup();
    const waiting = wakeup.wait(never);
    expect(await settled(waiting)).toBe(false);
    wakeup.signal();
    expect(await settled(waiting)).toBe(true);
  });

  it('is kept when nobody waits, and many count as one', async () => {
    const wakeup = new Wakeup();
    wakeup.signal();
    wakeup.signal();
    expect(await settled(wakeup.wait(never))).toBe(true);
    expect(await settled(wakeup.wait(never))).toBe(false);
  });

  it('is not needed once the loop is stopped', async () => {
    const stop = new AbortController();
    const wakeup = new Wakeup();
    const waiting = wakeup.wait(stop.signal);
    stop.abort();
    expect(await settled(waiting)).toBe(true);
    expect(await settled(wakeup.wait(stop.signal))).toBe(true);
  });
});
