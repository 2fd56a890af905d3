import type { Clock, Tx } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';
import type { EventProcessor } from './event-processor.js';
import { arrive, leave } from './inbox.js';

/** A transaction takes up no further event after so many milliseconds: it holds locks, and a replica may want to stop. */
const LONGEST = 100;

/** How far it came; told also when an event throws. */
export interface Progress {
  /** How many events, from the first on, are done. */
  done: number;
  /** How many after them are in the hands of one call. */
  inHand: number;
}

export const noProgress = (): Progress => ({ done: 0, inHand: 0 });

/** Runs events through their handlers, each once, in one transaction. */
export class Effects {
  constructor(
    private readonly processor: EventProcessor,
    private readonly clock: Clock,
  ) {}

  /** True when a handler wants one of them. */
  concern(messages: readonly BusMessage[]): boolean {
    return messages.some(({ event }) => this.processor.handles(event));
  }

  /** Counts up `progress` until all are done, a key is parked or the time is up. @throws what a handler throws */
  async take(tx: Tx, messages: readonly BusMessage[], progress: Progress, stopped?: AbortSignal): Promise<void> {
    const handled = messages.filter(({ event }) => this.processor.handles(event));
    const { fresh, clear } = await arrive(tx, handled, ({ event }) => !this.processor.isRepeatable(event));
    const parked = handled[clear];
    const due = parked ? messages.slice(0, messages.indexOf(parked)) : messages;
    const until = this.clock.monotonic() + LONGEST;
    for (const step of this.processor.steps(due)) {
      const over = stopped?.aborted || this.clock.monotonic() > until;
      if (progress.done > 0 && over) return leave(tx, [...fresh]);
      progress.inHand = step.length;
      const events = step.map(({ event }) => event).filter(({ id }) => fresh.delete(id));
      await this.processor.process(tx, events);
      progress.done += step.length;
    }
  }
}
