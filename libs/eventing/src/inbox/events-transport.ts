import { type CloudEvent, registry, topicsOf, type ServiceName } from '@berth/contracts/events';
import type { BaseConfig, CancelTimer, Clock, Database, Logger } from '@berth/service-kit';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler as NestHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { INBOX_DAYS } from '../bus/retention.js';
import type { EventBus, Subscription } from '../bus/event-bus.js';
import type { EventContext } from './event-context.js';
import type { EventProcessor, HandlerOptions } from './event-processor.js';
import { type Durability, trimInbox } from './inbox.js';
import { MessageHandler } from './message-handler.js';
import { Effects } from './effects.js';
import { RunHandler } from './run-handler.js';

const TRIM_EVERY = 3_600_000;

export interface EventsTransportOptions {
  readonly service: ServiceName;
  readonly role: BaseConfig['ROLE'];
  /** How what events cause is committed. Default: full. */
  readonly durability?: Durability;
}

/**
 * Brings events to plain Nest handlers: `@EventPattern<string>(buildSucceeded.type) handle(@Payload() event, @Ctx() { tx })`.
 * The service is one consumer group; it subscribes to the topics of the types that it has handlers for.
 */
export class EventsTransport
  extends Server
  implements CustomTransportStrategy, OnApplicationBootstrap, OnModuleDestroy
{
  /** Nest rethrows instead of logging: a failed handler must fail its transaction. */
  override readonly propagatesEventHandlerErrors = true;
  private listening = false;
  private initialized = false;
  private subscription: Subscription | undefined;
  private stopTrimming: CancelTimer | undefined;

  constructor(
    private readonly options: EventsTransportOptions,
    private readonly bus: EventBus,
    private readonly database: Database,
    private readonly processor: EventProcessor,
    private readonly tools: { readonly clock: Clock; readonly logger: Logger },
  ) {
    super();
  }

  /** Nest would run several handlers of a type at once; here they share a transaction and run in turn. */
  override addHandler(pattern: unknown, handler: NestHandler, _isEvent?: boolean, options?: HandlerOptions): void {
    const handle = async (payload: CloudEvent | readonly CloudEvent[], context: EventContext) => {
      const result: unknown = await handler(payload, context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
    const type = this.normalizePattern(pattern as string);
    if (options?.inRuns === undefined) this.processor.add(type, handle, options);
    else this.processor.addRuns(type, options.inRuns, handle, options);
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      this.listening = true;
      await this.subscribeWhenReady();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Nest may call `listen` earlier: no event is handled before every `onModuleInit` of the application is done. */
  async onApplicationBootstrap(): Promise<void> {
    this.initialized = true;
    await this.subscribeWhenReady();
  }

  /** Why no events are consumed yet; undefined once they are, and where none are to be. */
  get waitingFor(): string | undefined {
    return this.subscription?.waitingFor;
  }

  /** Resolves when the event in hand has taken effect. Called before the database is closed. */
  async close(): Promise<void> {
    this.stopTrimming?.();
    await this.subscription?.close();
  }

  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  on(): never {
    throw new Error('The transport of events has no events of its own.');
  }

  unwrap<T>(): T {
    return this.bus as T;
  }

  private async subscribeWhenReady(): Promise<void> {
    if (this.listening && this.initialized && this.options.role !== 'api') await this.subscribe();
  }

  private async subscribe(): Promise<void> {
    const topics = topicsOfTypes(this.processor.types);
    if (topics.length === 0) return;
    const { clock, logger } = this.tools;
    const effects = new Effects(this.processor, clock, this.options.durability);
    const handler = new MessageHandler(this.database, this.processor, clock, logger, effects);
    const runs = new RunHandler(this.database, effects);
    const group = this.options.service;
    this.subscription = await this.bus.subscribe(
      { group, topics },
      (message) => handler.handle(message),
      (messages, stopped) => runs.handle(messages, stopped),
    );
    this.stopTrimming = clock.every(TRIM_EVERY, () => {
      trimInbox(this.database, INBOX_DAYS).catch((error: unknown) =>
        logger.warn({ err: error }, 'the inbox cannot be trimmed'),
      );
    });
  }
}

function topicsOfTypes(types: readonly string[]): string[] {
  const definitions = types.map((type) => registry.get(type)).filter((each) => each !== undefined);
  return [...new Set(definitions.flatMap(topicsOf))].sort();
}
