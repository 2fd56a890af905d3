import { registry, type CloudEvent } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { EventContext } from './event-context.js';

export type EventHandler = (event: CloudEvent, context: EventContext) => Promise<void>;

/** How a handler wants its events. */
export interface HandlerOptions {
  /** It may see an event again, or an old one late, without harm: no inbox row is kept of its events. */
  readonly repeatable?: boolean;
}

/**
 * For a handler whose effect a repetition does not change, of events that are many and soon worthless, as heartbeats:
 * `@EventPattern<string>(accessHeartbeat.type, repeatable)`. Order and dead letters stay as they are.
 */
export const repeatable: HandlerOptions = { repeatable: true };

/** Which handlers a service has, and how one event runs through them. */
export class EventProcessor {
  private readonly handlers = new Map<string, EventHandler[]>();
  /** Types that at least one handler must see only once. */
  private readonly once = new Set<string>();

  add(type: string, handler: EventHandler, options: HandlerOptions = {}): void {
    if (!registry.has(type)) throw new Error(`There is a handler for ${type}, which is no event of the registry.`);
    this.handlers.set(type, [...(this.handlers.get(type) ?? []), handler]);
    if (!options.repeatable) this.once.add(type);
  }

  get types(): string[] {
    return [...this.handlers.keys()];
  }

  handles(event: CloudEvent): boolean {
    return this.handlers.has(event.type);
  }

  /** True when the event has handlers, and none of them minds to see it again. */
  isRepeatable(event: CloudEvent): boolean {
    return this.handles(event) && !this.once.has(event.type);
  }

  /**
   * Runs every handler of the event in `tx`, one after another: a connection does one thing at a time.
   * @throws ZodError when the data does not fit its definition, or what a handler throws
   */
  async process(tx: Tx, event: CloudEvent): Promise<void> {
    const data = registry.get(event.type)?.data.parse(event.data);
    const context = new EventContext(tx);
    for (const handle of this.handlers.get(event.type) ?? []) await handle({ ...event, data }, context);
  }
}
