import type { ServiceName } from '@berth/contracts/events';
import {
  type BaseConfig,
  Clock,
  Database,
  databaseTrust,
  Ids,
  LOGGER,
  type Logger,
  Readiness,
} from '@berth/service-kit';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { EVENT_BUS, type EventBus } from '../bus/event-bus.js';
import { DeadLetters } from '../inbox/dead-letters.js';
import { EventProcessor } from '../inbox/event-processor.js';
import { EventsTransport, type EventsTransportOptions } from '../inbox/events-transport.js';
import { Epochs } from '../outbox/epochs.js';
import { Outbox } from '../outbox/outbox.js';
import { Relay } from '../outbox/relay.js';
import { RelayWaker } from '../outbox/relay-waker.js';
import { Snapshots } from '../snapshots/snapshots.js';
import { BusOwner } from './bus-owner.js';
import { BusReadiness } from './bus-readiness.js';
import { RelayRunner } from './relay-runner.js';

export interface EventingOptions {
  readonly service: ServiceName;
  readonly config: BaseConfig;
}

/**
 * Global: outbox, bus, transport, dead letters and snapshots of one service, and its relay where the role is `worker`
 * or `both`. Needs Database, Clock, Ids and LOGGER of the service kit. Tests override EVENT_BUS.
 */
@Module({})
export class EventingModule {
  static forRoot(options: EventingOptions): DynamicModule {
    return {
      module: EventingModule,
      global: true,
      providers: [...producing(options), ...consuming(options)],
      exports: [Outbox, EVENT_BUS, DeadLetters, EventsTransport, Snapshots, Epochs],
    };
  }
}

const producing = ({ service, config }: EventingOptions): Provider[] => [
  BusOwner,
  Epochs,
  {
    provide: EVENT_BUS,
    inject: [BusOwner, Clock, LOGGER],
    useFactory: (owner: BusOwner, clock: Clock, logger: Logger) => owner.make(service, config, clock, logger),
  },
  {
    provide: RelayWaker,
    inject: [Database, LOGGER],
    useFactory: (database: Database, logger: Logger) => new RelayWaker(database, logger),
  },
  {
    provide: Outbox,
    inject: [Clock, Ids, RelayWaker],
    useFactory: (clock: Clock, ids: Ids, waker: RelayWaker) => new Outbox(service, clock, ids, waker),
  },
  {
    provide: Relay,
    inject: [EVENT_BUS, RelayWaker, Clock, LOGGER],
    useFactory: (bus: EventBus, waker: RelayWaker, clock: Clock, logger: Logger) => {
      const address = { url: config.DATABASE_URL, ...databaseTrust(config) };
      return new Relay({ service, ...address }, bus, waker, { clock, logger });
    },
  },
  {
    provide: RelayRunner,
    inject: [Relay],
    useFactory: (relay: Relay) => new RelayRunner(relay, config.ROLE),
  },
  {
    provide: Snapshots,
    inject: [Database],
    useFactory: (database: Database) => new Snapshots(database),
  },
];

const consuming = ({ service, config }: EventingOptions): Provider[] => [
  EventProcessor,
  {
    provide: DeadLetters,
    inject: [Database, EventProcessor, LOGGER],
    useFactory: (database: Database, processor: EventProcessor, logger: Logger) =>
      new DeadLetters(database, processor, logger),
  },
  {
    provide: EventsTransport,
    inject: [EVENT_BUS, Database, EventProcessor, Clock, LOGGER],
    useFactory: (bus: EventBus, database: Database, processor: EventProcessor, clock: Clock, logger: Logger) =>
      new EventsTransport(transportOptions(service, config), bus, database, processor, { clock, logger }),
  },
  {
    provide: BusReadiness,
    inject: [EventsTransport, { token: Readiness, optional: true }],
    useFactory: (transport: EventsTransport, readiness?: Readiness) => new BusReadiness(transport, readiness),
  },
];

/** Where one server holds the bus as well, a crash that takes an effect takes the position behind it too: it is delivered again. */
const transportOptions = (service: ServiceName, config: BaseConfig): EventsTransportOptions => ({
  service,
  role: config.ROLE,
  durability: config.ONE_POSTGRES ? 'relaxed' : 'full',
});
