export {
  type BusMessage,
  type Deliver,
  EVENT_BUS,
  type EventBus,
  type SubscribeOptions,
  type Subscription,
} from './bus/event-bus.js';
export { EmbeddedBus, type EmbeddedBusOptions } from './embedded/embedded-bus.js';
export type { DeadLetter, DeadLetterState } from './inbox/dead-letter.js';
export { type DeadLetterPage, DeadLetters, type ReplayResult } from './inbox/dead-letters.js';
export { type HandlerOptions, repeatable } from './inbox/event-processor.js';
export { EventContext } from './inbox/event-context.js';
export { EventsTransport } from './inbox/events-transport.js';
export { connectEvents } from './module/connect-events.js';
export { EventingModule, type EventingOptions } from './module/eventing.module.js';
export { beginEpoch, currentEpoch, type Epoch, Epochs, lockEpoch } from './outbox/epochs.js';
export { type AppendedEvent, type NewEvent, Outbox, outboxLock } from './outbox/outbox.js';
export { Relay, type RelayOptions } from './outbox/relay.js';
export { RelayWaker } from './outbox/relay-waker.js';
export { eventingEntities, eventingMigrations } from './persistence.js';
export { type SnapshotSource, Snapshots } from './snapshots/snapshots.js';
