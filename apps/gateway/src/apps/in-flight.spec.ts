import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../test/harness.js';
import { InFlight } from './in-flight.js';

describe('InFlight', () => {
  const start = () => {
    const clock = new TestClock('2026-11-21T10:00:00Z');
    return { clock, inFlight: new InFlight(clock) };
  };

  it('is idle at once when nothing runs', async () => {
    expect(await start().inFlight.idle('a', 1_000)).toBe(0);
  });

  it('tells every waiter when the last request ends, and no one before', async () => {
    const { inFlight } = start();
    inFlight.enter('a');
    inFlight.enter('a');
    inFlight.enter('b');
    const waiters = [inFlight.idle('a', 1_000), inFlight.idle('a', 2_000)];
    inFlight.leave('a');
    inFlight.leave('b');
    expect(inFlight.of('a')).toBe(1);
    inFlight.leave('a');
    expect(await Promise.all(waiters)).toEqual([0, 0]);
  });

  it('answers how many still run when the time is over, and waits for longer waiters', async () => {
    const { clock, inFlight } = start();
    inFlight.enter('a');
    const [short, long] = [inFlight.idle('a', 1_000), inFlight.idle('a', 5_000)];
    clock.advance(1_000);
    expect(await short).toBe(1);
    inFlight.leave('a');
    expect(await long).toBe(0);
  });
});
