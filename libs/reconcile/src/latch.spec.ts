import { describe, expect, it } from '@jest/globals';
import { Latch } from './latch.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a latch', () => {
  it('lets pass at once who comes after it was set, and only once', async () => {
    const latch = new Latch();
    latch.set();
    latch.set();
    await latch.wait();
    let passed = false;
    void latch.wait().then(() => (passed = true));
    await turn();
    expect(passed).toBe(false);
  });

  it('releases who waits', async () => {
    const latch = new Latch();
    const waiting = latch.wait();
    latch.set();
    await waiting;
  });

  it('waits again after it released', async () => {
    const latch = new Latch();
    const first = latch.wait();
    latch.set();
    await first;
    let passed = false;
    const second = latch.wait().then(() => (passed = true));
    await turn();
    expect(passed).toBe(false);
    latch.set();
    await second;
  });
});
