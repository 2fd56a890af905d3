import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

/** Work that ends when told to. */
function held() {
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { work: () => done, end };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  it('run no more at once than there are, the others in order', async () => {
    const slots = new Slots(2, 100);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = (i: number) => async () => {
      order.push(i);
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => slots.run(work(i))));
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('refuse when too many wait, without running the work', async () => {
    const slots = new Slots(1, 1);
    const first = held();
    const running = slots.run(first.work);
    const waiting = slots.run(() => Promise.resolve('ran'));
    await expect(slots.run(() => Promise.reject(new Error('must not run')))).resolves.toBeUndefined();
    first.end();
    await running;
    await expect(waiting).resolves.toBe('ran');
  });

  it('are free again after work that failed', async () => {
    const slots = new Slots(1, 0);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.run(() => Promise.resolve('ran'))).resolves.toBe('ran');
  });
});
