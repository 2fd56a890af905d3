import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { BaseConfig } from '../config/base-config.js';
import { withoutConfinement } from '../logging/correlation.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { CONFIG } from '../service/config-token.js';
import { type CancelTimer, Clock } from './clock.js';

/** Does a round now, unless one is under way. */
export type RoundNow = () => void;

interface Round {
  underWay?: Promise<void>;
}

/**
 * What workers do again and again, such as looking for what is due: never twice at once in one process. A round that fails
 * is logged, and the next one tries again. It is for what any number of replicas may do; they agree in the database.
 */
@Injectable()
export class Rounds implements OnModuleDestroy {
  private readonly timers: CancelTimer[] = [];
  private readonly rounds: Round[] = [];
  private readonly ending = new AbortController();

  constructor(
    @Inject(CONFIG) private readonly config: Pick<BaseConfig, 'ROLE'>,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Does `work` every so many milliseconds until the service ends; never where the role is `api`. Call it in
   * `onApplicationBootstrap`.
   * @param failure what is logged when a round fails
   * @param work is told when the service ends: whoever has much to do stops between two things, the next start goes on
   */
  every(milliseconds: number, failure: string, work: (ending: AbortSignal) => Promise<unknown>): RoundNow {
    if (this.config.ROLE === 'api') return () => undefined;
    const round: Round = {};
    const now = (): void => void (round.underWay ??= this.attempt(failure, work).finally(() => delete round.underWay));
    this.rounds.push(round);
    this.timers.push(this.clock.every(milliseconds, now));
    return now;
  }

  /** Resolves when what is under way has ended: before connections are closed. */
  async onModuleDestroy(): Promise<void> {
    for (const stop of this.timers) stop();
    this.ending.abort();
    await Promise.all(this.rounds.map(({ underWay }) => underWay));
  }

  /** Whichever request asked for a round, it is not for its organization alone. */
  private async attempt(failure: string, work: (ending: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      await withoutConfinement(() => work(this.ending.signal));
    } catch (error) {
      this.logger.warn({ err: error }, failure);
    }
  }
}
