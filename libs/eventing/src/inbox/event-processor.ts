import { registry, type CloudEvent } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import type { BusMessage } from '../bus/event-bus.js';
import { inCorrelationOf } from './correlation.js';
import { EventContext } from './event-context.js';

export type EventHandler = (event: CloudEvent, context: EventContext) => Promise<void>;
/** Gets consecutive events, at least one, in order. What it throws undoes all of them. */
export type RunsHandler = (events: readonly CloudEvent[], context: EventContext) => Promise<void>;

/** How a handler wants its events. */
export interface HandlerOptions {
  /** It may see an event again, or an old one late, without harm: no inbox row is kept of its events. */
  readonly repeatable?: boolean;
  /**
   * It takes consecutive events at once, in an array. Those of types with the same name here come together, whatever
   * else was between them that nobody handles. Which correlation is whose is for the handler to tell.
   */
  readonly inRuns?: string;
}

/**
 * For a handler whose effect a repetition does not change, of events that are many and soon worthless, as heartbeats:
 * `@EventPattern<string>(accessHeartbeat.type, repeatable)`. Order and dead letters stay as they are.
 */
export const repeatable: HandlerOptions = { repeatable: true };

interface Registered {
  readonly single: EventHandler[];
  runs?: { readonly name: string; readonly handle: RunsHandler };
  /** At least one handler must see an event of the type only once. */
  once: boolean;
}

/** Which handlers a service has, and how events run through them. */
export class EventProcessor {
  private readonly handlers = new Map<string, Registered>();

  add(type: string, handler: EventHandler, options: Omit<HandlerOptions, 'inRuns'> = {}): void {
    this.at(type, options).single.push(handler);
  }

  /** For a handler that takes consecutive events of some types at once; these types have no other. */
  addRuns(type: string, name: string, handle: RunsHandler, options: Omit<HandlerOptions, 'inRuns'> = {}): void {
    const registered = this.at(type, options);
    if (registered.single.length > 0) throw new Error(tooMany(type));
    registered.runs = { name, handle };
  }

  get types(): string[] {
    return [...this.handlers.keys()];
  }

  handles(event: CloudEvent): boolean {
    return this.handlers.has(event.type);
  }

  /** True when the event has handlers, and none of them minds to see it again. */
  isRepeatable(event: CloudEvent): boolean {
    return this.handlers.get(event.type)?.once === false;
  }

  /** Cuts messages where another call begins. Those that nobody handles go with the ones before them. */
  *steps(messages: readonly BusMessage[]): Iterable<readonly BusMessage[]> {
    let step: BusMessage[] = [];
    let former: Registered | undefined;
    for (const message of messages) {
      const next = this.handlers.get(message.event.type);
      if (former && next && !sharesACall(former, next)) {
        yield step;
        step = [];
      }
      former = next ?? former;
      step.push(message);
    }
    if (step.length > 0) yield step;
  }

  /**
   * Runs events that one call is for through their handlers in `tx`, one handler after another: a connection does one thing
   * at a time.
   * @throws ZodError when the data does not fit its definition, or what a handler throws
   */
  async process(tx: Tx, events: readonly CloudEvent[]): Promise<void> {
    const [first, ...others] = events.map(parsed);
    const handlers = first && this.handlers.get(first.type);
    if (!first || !handlers) return;
    const context = new EventContext(tx);
    if (handlers.runs) return handlers.runs.handle([first, ...others], context);
    for (const handle of handlers.single) await inCorrelationOf(first, () => handle(first, context));
  }

  private at(type: string, { repeatable: isRepeatable }: HandlerOptions): Registered {
    if (!registry.has(type)) throw new Error(`There is a handler for ${type}, which is no event of the registry.`);
    const registered = this.handlers.get(type) ?? { single: [], once: false };
    this.handlers.set(type, registered);
    if (registered.runs) throw new Error(tooMany(type));
    if (!isRepeatable) registered.once = true;
    return registered;
  }
}

const tooMany = (type: string) => `Events of ${type} are taken in runs: there can be no other handler of them.`;

const sharesACall = (a: Registered, b: Registered): boolean => a.runs !== undefined && a.runs.name === b.runs?.name;

const parsed = (event: CloudEvent): CloudEvent => ({
  ...event,
  data: registry.get(event.type)?.data.parse(event.data),
});
