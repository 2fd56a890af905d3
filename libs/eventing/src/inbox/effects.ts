import type { CloudEvent } from '@berth/contracts/events';
import type { Clock, Tx } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';
import type { EventProcessor } from './event-processor.js';
import { arrive, type Durability, leave } from './inbox.js';

/** A transaction takes up no further event after so many milliseconds: it holds locks, and a replica may want to stop. */
const LONGEST = 100;
/** Calls of handlers that a transaction is begun for: what it does not come to was entered in the inbox for nothing. */
const MOST_CALLS = 200;

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
    private readonly durability: Durability = 'full',
  ) {}

  /** True when a handler wants one of them. */
  concern(messages: readonly BusMessage[]): boolean {
    return messages.some(({ event }) => this.processor.handles(event));
  }

  /** As many of them, from the first on, as one transaction is likely to come to. */
  some(messages: readonly BusMessage[]): readonly BusMessage[] {
    let calls = 0;
    let count = 0;
    for (const step of this.processor.steps(messages)) {
      if (calls++ === MOST_CALLS) return messages.slice(0, count);
      count += step.length;
    }
    return messages;
  }

  /** Counts up `progress` until all are done, a key is parked or the time is up. @throws what a handler throws */
  async take(tx: Tx, messages: readonly BusMessage[], progress: Progress, stopped?: AbortSignal): Promise<void> {
    const handled = messages.filter(({ event }) => this.processor.handles(event));
    const isKept = ({ event }: BusMessage) => !this.processor.isRepeatable(event);
    const { fresh, clear } = await arrive(tx, handled, isKept, this.durability);
    const parked = handled[clear];
    const due = parked ? messages.slice(0, messages.indexOf(parked)) : messages;
    const until = this.clock.monotonic() + LONGEST;
    for (const step of this.processor.steps(due)) {
      const over = stopped?.aborted || this.clock.monotonic() > until;
      if (progress.done > 0 && over) return leave(tx, [...fresh]);
      progress.inHand = step.length;
      const events = step.map(({ event }) => event).filter((event) => this.isDue(event, fresh));
      await this.processor.process(tx, events);
      progress.done += step.length;
    }
  }

  /** Of an event that comes twice, the second one only where that does no harm. */
  private isDue(event: CloudEvent, fresh: Set<string>): boolean {
    return this.processor.isRepeatable(event) ? fresh.has(event.id) : fresh.delete(event.id);
  }
}
