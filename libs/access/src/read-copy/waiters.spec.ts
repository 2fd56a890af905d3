import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { Waiters } from './waiters.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const long = 60_000;

/** A wait that can be looked at, for a condition that a test sets. */
function waiting(waiters: Waiters, key: string, milliseconds = long) {
  const wait = { holds: false, looks: 0, answer: undefined as boolean | undefined, done: Promise.resolve(false) };
  wait.done = waiters
    .until(key, milliseconds, () => {
      wait.looks += 1;
      return Promise.resolve(wait.holds);
    })
    .then((answer) => (wait.answer = answer));
  return wait;
}

describe('waiters', () => {
  it('answer at once when the condition holds', async () => {
    await expect(new Waiters(new Clock()).until('a', long, () => Promise.resolve(true))).resolves.toBe(true);
  });

  it('look again at each change of their key, and at no other', async () => {
    const waiters = new Waiters(new Clock());
    const [a, b] = [waiting(waiters, 'a'), waiting(waiters, 'b')];
    await turn();
    waiters.wake('a');
    await turn();
    expect([a.looks, b.looks]).toEqual([2, 1]);
    a.holds = b.holds = true;
    waiters.wake('a');
    await expect(a.done).resolves.toBe(true);
    expect(b.answer).toBeUndefined();
    waiters.wake('b');
    await b.done;
  });

  it('all look again when anything may have changed', async () => {
    const waiters = new Waiters(new Clock());
    const waits = [waiting(waiters, 'a'), waiting(waiters, 'a'), waiting(waiters, 'b')];
    await turn();
    for (const wait of waits) wait.holds = true;
    waiters.wake('');
    expect(await Promise.all(waits.map((wait) => wait.done))).toEqual([true, true, true]);
  });

  it('miss no change that comes while they look', async () => {
    const waiters = new Waiters(new Clock());
    let looks = 0;
    const done = waiters.until('a', long, async () => {
      looks += 1;
      if (looks === 1) waiters.wake('a');
      await turn();
      return looks === 2;
    });
    await expect(done).resolves.toBe(true);
  });

  it('give up after their time, with a last look', async () => {
    const wait = waiting(new Waiters(new Clock()), 'a', 30);
    await expect(wait.done).resolves.toBe(false);
    expect(wait.looks).toBeGreaterThanOrEqual(2);
  });

  it('leave nothing behind, whether they were woken, gave up or their look failed', async () => {
    const waiters = new Waiters(new Clock());
    await waiting(waiters, 'a', 10).done;
    await expect(waiters.until('a', long, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const woken = waiting(waiters, 'a');
    await turn();
    expect(waiters.count('a')).toBe(1);
    woken.holds = true;
    waiters.wake('a');
    await woken.done;
    expect(waiters.count('a')).toBe(0);
  });

  it('wait no more than so many for one key; the next are answered as it is', async () => {
    const waiters = new Waiters(new Clock(), 2);
    const patient = [waiting(waiters, 'a'), waiting(waiters, 'a')];
    await turn();
    await expect(waiting(waiters, 'a').done).resolves.toBe(false);
    const elsewhere = waiting(waiters, 'b');
    await turn();
    expect([...patient, elsewhere].map((wait) => wait.answer)).toEqual([undefined, undefined, undefined]);
    for (const wait of [...patient, elsewhere]) wait.holds = true;
    waiters.wake('');
    await Promise.all([...patient, elsewhere].map((wait) => wait.done));
  });
});
