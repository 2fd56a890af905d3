import type { Readiness } from '@berth/service-kit';
import type { EventsTransport } from '../inbox/events-transport.js';

/**
 * A process that consumes is not ready before it could begin to. A bus that is lost later changes nothing: requests are
 * served without it, and what they cause waits in the outbox.
 */
export class BusReadiness {
  constructor(transport: EventsTransport, readiness: Readiness | undefined) {
    readiness?.add(() => transport.waitingFor);
  }
}
