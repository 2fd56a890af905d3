import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { cloudEvent, messageOf, silent } from '../../test/support.js';
import { backOff, deliverUntilAccepted } from './deliver-until-accepted.js';

/** Pauses take no time and are remembered. */
class QuickClock extends Clock {
  readonly pauses: number[] = [];
  override pause(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds);
    return Promise.resolve();
  }
}

describe('delivery until accepted', () => {
  const message = messageOf(cloudEvent());

  it('waits longer after each refusal, at most 5 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 20].map(backOff)).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it('hands the same message over until it is taken', async () => {
    const clock = new QuickClock();
    const seen: unknown[] = [];
    const deliver = (given: unknown) => (seen.push(given) < 4 ? Promise.reject(new Error('no')) : Promise.resolve());
    const accepted = await deliverUntilAccepted(message, deliver, new AbortController().signal, {
      clock,
      logger: silent,
    });
    expect(accepted).toBe(true);
    expect(seen).toEqual([message, message, message, message]);
    expect(clock.pauses).toEqual([50, 100, 200]);
  });

  it('ends without acceptance when it is stopped', async () => {
    const stop = new AbortController();
    const deliver = () => {
      stop.abort();
      return Promise.reject(new Error('no'));
    };
    const tools = { clock: new Clock(), logger: silent };
    expect(await deliverUntilAccepted(message, deliver, stop.signal, tools)).toBe(false);
    expect(await deliverUntilAccepted(message, () => Promise.resolve(), stop.signal, tools)).toBe(false);
  });
});
