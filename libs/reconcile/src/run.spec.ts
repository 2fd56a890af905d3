import { describe, expect, it } from '@jest/globals';
import { Interrupted, LeaseLost } from './outcome.js';
import { Run } from './run.js';

const run = () => new Run({ key: 'a', fence: '1', attempts: 0 }, 0);

describe('a run', () => {
  it('that is interrupted still holds its lease', () => {
    const interrupted = run();
    interrupted.interrupt('shutdown');
    expect(interrupted.signal.reason).toBeInstanceOf(Interrupted);
    expect(interrupted.isLost).toBe(false);
  });

  it('that lost its lease says so to its signal and to who waits', async () => {
    const lost = run();
    lost.lose();
    await lost.lost;
    expect(lost.signal.reason).toBeInstanceOf(LeaseLost);
    expect(lost.isLost).toBe(true);
  });

  it('that was interrupted before counts as lost all the same', async () => {
    const both = run();
    both.interrupt('interrupt');
    both.lose();
    await both.lost;
    expect(both.isLost).toBe(true);
    expect(both.signal.reason).toBeInstanceOf(Interrupted);
  });
});
