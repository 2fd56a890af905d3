import { type CancelTimer, Clock } from '@berth/service-kit';

/** As good as standing still: nothing in memory grows old, and whoever waits for a change waits until they are told. */
class PatientClock extends Clock {
  override monotonic(): number {
    return super.monotonic() / 1_000_000;
  }

  override after(milliseconds: number, work: () => void): CancelTimer {
    return milliseconds < 1_000 ? super.after(milliseconds, work) : () => undefined;
  }
}

/**
 * Options for `startTestService`: the service waits for what it is to be told as long as that takes, on however slow a
 * machine, and goes by nothing that it was not told.
 */
export const patient = { overrides: [[Clock, new PatientClock()]] } as const;
