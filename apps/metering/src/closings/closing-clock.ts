import { Clock, CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';

const DAY = 86_400_000;

/** What time it is for a period: now, and when late usage of it has been waited for. */
@Injectable()
export class ClosingClock {
  constructor(
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  now(): Date {
    return this.clock.now();
  }

  /** Usage that is told before it is in the invoice, later it is a correction. `to`: first moment after the period. */
  graceEnd(to: Date): Date {
    return new Date(to.getTime() + this.config.LATE_USAGE_DAYS * DAY);
  }
}
