import { describe, expect, it } from '@jest/globals';
import { Waiters } from './waiters.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const state = (promise: Promise<void>) => Promise.race([promise.then(() => 'woken'), turn().then(() => 'waiting')]);

describe('waiters', () => {
  it('wakes everybody who waits for a key, and nobody else', async () => {
    const waiters = new Waiters();
    const [first, second, other] = [waiters.next('a'), waiters.next('a'), waiters.next('b')];
    waiters.wake('a');
    expect([await state(first.happened), await state(second.happened), await state(other.happened)]).toEqual([
      'woken',
      'woken',
      'waiting',
    ]);
  });

  it('wakes all keys when anything may have changed', async () => {
    const waiters = new Waiters();
    const waits = [waiters.next('a'), waiters.next('b')];
    waiters.wake('');
    expect(await Promise.all(waits.map((each) => state(each.happened)))).toEqual(['woken', 'woken']);
  });

  it('wakes for the next change only', async () => {
    const waiters = new Waiters();
    waiters.wake('a');
    const late = waiters.next('a');
    expect(await state(late.happened)).toBe('waiting');
  });

  it('ends one wait by cancelling it and leaves the others', async () => {
    const waiters = new Waiters();
    const [first, second] = [waiters.next('a'), waiters.next('a')];
    first.cancel();
    first.cancel();
    expect([await state(first.happened), await state(second.happened)]).toEqual(['woken', 'waiting']);
    waiters.wake('a');
    await expect(second.happened).resolves.toBeUndefined();
  });

  it('a cancelled wait of an earlier change does not forget later ones', async () => {
    const waiters = new Waiters();
    const early = waiters.next('a');
    waiters.wake('a');
    const late = waiters.next('a');
    early.cancel();
    waiters.wake('a');
    await expect(late.happened).resolves.toBeUndefined();
  });
});
