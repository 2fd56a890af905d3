import { metering } from '@berth/metering';
import { Clock, createLogger, type RoundNow, Rounds } from '@berth/service-kit';
import { startTestService } from '@berth/testing';
import type { Platform } from './platform.js';

/**
 * What metering does by itself later on, done now: another replica of it on the platform's own database, whose clock is ahead,
 * does one of its rounds at each of these moments and nothing else. It answers nobody and reads no events; what it tells is
 * told by the platform.
 * @param failure what is logged when the round fails, which is its name
 */
export async function roundsOfMetering(berth: Platform, failure: string, ...moments: readonly Date[]): Promise<void> {
  const clock = new AheadClock();
  const rounds = new NamedRounds(clock);
  const replica = await startTestService(metering, {
    environment: { ROLE: 'api', DATABASE_URL: berth.databaseUrl('metering') },
    overrides: [
      [Clock, clock],
      [Rounds, rounds],
    ],
  });
  try {
    for (const moment of moments) {
      clock.moment = moment;
      await rounds.round(failure);
    }
  } finally {
    await replica.close();
  }
}

/** On the tenth of next month at noon, UTC: in no time zone are the three days of grace still going on. */
export function closeThisMonth(berth: Platform): Promise<void> {
  const now = new Date();
  const moment = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10, 12));
  return roundsOfMetering(berth, 'periods could not be closed', moment);
}

class AheadClock extends Clock {
  moment = new Date();

  override now(): Date {
    return this.moment;
  }
}

class NamedRounds extends Rounds {
  private readonly works = new Map<string, (ending: AbortSignal) => Promise<unknown>>();

  constructor(clock: Clock) {
    super({ ROLE: 'worker' }, clock, createLogger('test', 'silent'));
  }

  override every(_milliseconds: number, failure: string, work: (ending: AbortSignal) => Promise<unknown>): RoundNow {
    this.works.set(failure, work);
    return () => undefined;
  }

  async round(failure: string): Promise<void> {
    const work = this.works.get(failure);
    if (!work) throw new Error(`no round is called “${failure}”`);
    await work(new AbortController().signal);
  }
}
