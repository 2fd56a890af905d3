import { type Clock, createLogger, type RoundNow, Rounds } from '@berth/service-kit';

interface Kept {
  readonly milliseconds: number;
  readonly failure: string;
  readonly work: () => Promise<unknown>;
}

/**
 * What the service does again and again is done when a test says so: none of it comes in between by itself, at a moment of a
 * clock that stands still.
 */
export class HeldRounds extends Rounds {
  readonly kept: Kept[] = [];

  constructor(clock: Clock) {
    super({ ROLE: 'worker' }, clock, createLogger('test', 'silent'));
  }

  override every(milliseconds: number, failure: string, work: (ending: AbortSignal) => Promise<unknown>): RoundNow {
    this.kept.push({ milliseconds, failure, work: () => work(new AbortController().signal) });
    return () => undefined;
  }
}
