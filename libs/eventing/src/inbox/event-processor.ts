import { registry, type CloudEvent } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { EventContext } from './event-context.js';

export type EventHandler = (event: CloudEvent, context: EventContext) => Promise<void>;

/** Which handlers a service has, and how one event runs through them. */
export class EventProcessor {
  private readonly handlers = new Map<string, EventHandler[]>();

  add(type: string, handler: EventHandler): void {
    if (!registry.has(type)) throw new Error(`There is a handler for ${type}, which is no event of the registry.`);
    this.handlers.set(type, [...(this.handlers.get(type) ?? []), handler]);
  }

  get types(): string[] {
    return [...this.handlers.keys()];
  }

  handles(event: CloudEvent): boolean {
    return this.handlers.has(event.type);
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
