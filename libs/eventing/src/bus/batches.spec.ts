import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Batches } from './batches.js';

/** Something that sends when it is told to. */
class Sending {
  readonly sent: number[][] = [];
  private settle: ((error?: Error) => void) | undefined;

  readonly send = (items: readonly number[]): Promise<void> => {
    this.sent.push([...items]);
    return new Promise((resolve, reject) => {
      this.settle = (error) => (error ? reject(error) : resolve());
    });
  };

  /** Ends what is being sent; answers once the next is being sent, if there is something. */
  async end(error?: Error): Promise<void> {
    this.settle?.(error);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
}

describe('batches', () => {
  it('are sent one at a time; what comes meanwhile goes together in the next', async () => {
    const sending = new Sending();
    const batches = new Batches(sending.send);
    const done: string[] = [];
    const handed = [[1], [2, 3], [], [4]].map((items) => batches.hand(items).then(() => done.push(String(items))));
    expect(sending.sent).toEqual([[1]]);
    await sending.end();
    expect(sending.sent).toEqual([[1], [2, 3, 4]]);
    expect(done).toEqual(['1']);
    await sending.end();
    await Promise.all(handed);
    expect(done).toEqual(['1', '2,3', '', '4']);
  });

  it('fail together with what waits behind them, which is not sent', async () => {
    const sending = new Sending();
    const batches = new Batches(sending.send);
    const handed = Promise.allSettled([batches.hand([1]), batches.hand([2]), batches.hand([3])]);
    await sending.end(new Error('no'));
    expect((await handed).map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(sending.sent).toEqual([[1]]);
  });

  it('are sent again after a failure', async () => {
    const sending = new Sending();
    const batches = new Batches(sending.send);
    const refused = batches.hand([1]).catch((error: Error) => error.message);
    await sending.end(new Error('no'));
    expect(await refused).toBe('no');
    const accepted = batches.hand([1]);
    await sending.end();
    await accepted;
    expect(sending.sent).toEqual([[1], [1]]);
  });

  it('lose nothing, repeat nothing and keep the order of what was accepted', async () => {
    const step = fc.oneof(fc.record({ hand: fc.array(fc.nat(), { maxLength: 3 }) }), fc.record({ end: fc.boolean() }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const sending = new Sending();
        const batches = new Batches(sending.send);
        const accepted: number[][] = [];
        const failed: number[][] = [];
        const open: Promise<unknown>[] = [];
        for (const each of steps) {
          if ('hand' in each)
            open.push(
              batches
                .hand(each.hand)
                .then(() => accepted.push(each.hand))
                .catch(() => failed.push(each.hand)),
            );
          else await sending.end(each.end ? undefined : new Error('no'));
        }
        for (let rest = 0; rest < 2; rest++) await sending.end();
        await Promise.all(open);
        expect(accepted.length + failed.length).toBe(open.length);
        const sent = sending.sent.flat();
        // What was accepted appears among what was sent, in its order.
        let from = 0;
        for (const item of accepted.flat()) {
          from = sent.indexOf(item, from) + 1;
          expect(from).toBeGreaterThan(0);
        }
      }),
    );
  });
});
