import { type Database, isInfrastructureError } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';
import { type Effects, noProgress, type Progress } from './effects.js';
import { hasUuid } from './event-id.js';

/**
 * Takes a run of messages to their effects in one transaction. It gives up where a message alone would need care;
 * the bus then hands that one over by itself.
 */
export class RunHandler {
  constructor(
    private readonly database: Database,
    private readonly effects: Effects,
  ) {}

  /** Answers how many, from the first on, took effect. @throws what the first one threw: none took effect */
  async handle(messages: readonly BusMessage[], stopped: AbortSignal): Promise<number> {
    const nameless = messages.findIndex(({ event }) => !hasUuid(event));
    const run = this.effects.some(nameless < 0 ? messages : messages.slice(0, nameless));
    if (!this.effects.concern(run)) return run.length;
    const progress = noProgress();
    try {
      await this.database.transaction((tx) => this.effects.take(tx, run, progress, stopped));
      return progress.done;
    } catch (error) {
      const smaller = isInfrastructureError(error) ? 0 : shortened(run.length, progress);
      if (smaller === 0) throw error;
      return this.handle(run.slice(0, smaller), stopped);
    }
  }
}

/** What may do without the one that threw: those before it; of a call for many, which may be any, the first half. */
const shortened = (length: number, { done, inHand }: Progress): number =>
  done > 0 && done < length ? done : Math.floor(Math.min(inHand, length) / 2);
