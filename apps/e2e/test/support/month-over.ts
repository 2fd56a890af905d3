import { metering } from '@berth/metering';
import { Clock, createLogger, type RoundNow, Rounds } from '@berth/service-kit';
import { startTestService } from '@berth/testing';
import type { Platform } from './platform.js';

const CLOSING = 'periods could not be closed';
const DAY = 86_400_000;

/**
 * What metering does some days after the end of this month, done now: another replica of it on the platform's own database,
 * whose clock is ahead, does the round that closes periods and nothing else. It answers nobody and reads no events.
 */
export async function closeThisMonth(berth: Platform): Promise<void> {
  const clock = new AheadClock();
  const rounds = new ClosingRounds(clock);
  const replica = await startTestService(metering, {
    environment: { ROLE: 'api', DATABASE_URL: berth.databaseUrl('metering') },
    overrides: [
      [Clock, clock],
      [Rounds, rounds],
    ],
  });
  try {
    await rounds.close();
  } finally {
    await replica.close();
  }
}

/** The tenth of next month at noon, UTC: in no time zone are the three days of grace still going on. */
class AheadClock extends Clock {
  override now(): Date {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10) + DAY / 2);
  }
}

class ClosingRounds extends Rounds {
  private closing: (() => Promise<unknown>) | undefined;

  constructor(clock: Clock) {
    super({ ROLE: 'worker' }, clock, createLogger('test', 'silent'));
  }

  override every(_milliseconds: number, failure: string, work: (ending: AbortSignal) => Promise<unknown>): RoundNow {
    if (failure === CLOSING) this.closing = () => work(new AbortController().signal);
    return () => undefined;
  }

  async close(): Promise<void> {
    if (!this.closing) throw new Error(`no round is called “${CLOSING}”`);
    await this.closing();
  }
}
