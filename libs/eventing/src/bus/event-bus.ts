import type { CloudEvent } from '@berth/contracts/events';

export interface BusMessage {
  readonly topic: string;
  /** Messages of one key reach a group in the order in which they were published. */
  readonly key: string;
  readonly event: CloudEvent;
}

export interface SubscribeOptions {
  /** Every group gets every message; the members of one group share the work. A new group starts at the beginning. */
  readonly group: string;
  readonly topics: readonly string[];
}

export interface Subscription {
  /** Why it could not begin to consume yet, in one sentence; undefined once it did, whatever happens then. */
  readonly waitingFor: string | undefined;
  /** Resolves when the message in hand is done and its position is committed. */
  close(): Promise<void>;
}

/**
 * Called one at a time per key, in order. When it resolves the message will be committed; when it throws the message
 * comes again after a back-off and nothing behind it in its partition overtakes. Delivery is at least once.
 */
export type Deliver = (message: BusMessage) => Promise<void>;

/**
 * Called with several messages that follow one another in a partition, when there are several. Answers how many of
 * them, from the first on, took effect and will be committed. After 0 or a throw the first is given to `Deliver`.
 * It takes up no further message once `stopped` aborts.
 */
export type DeliverRun = (messages: readonly BusMessage[], stopped: AbortSignal) => Promise<number>;

/** Carries events between services. It is transport, not storage. Proven by `test/event-bus.contract.ts`. */
export interface EventBus {
  /**
   * Resolves when the messages are durable; their order per key is kept, also over calls that overlap: when one fails,
   * those made after it and before its failure fail, too. A failure may have published some of its messages.
   */
  publish(messages: readonly BusMessage[]): Promise<void>;
  subscribe(options: SubscribeOptions, deliver: Deliver, deliverRun?: DeliverRun): Promise<Subscription>;
  /** Sends a group back to the beginning, to replay. @throws Error while a member of the group is running */
  rewind(options: SubscribeOptions): Promise<void>;
  close(): Promise<void>;
}

/** Injection token of the service's bus; tests override it. */
export const EVENT_BUS = Symbol('berth.event-bus');
