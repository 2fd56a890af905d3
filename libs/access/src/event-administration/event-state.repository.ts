import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';

export interface StoredEventState {
  /** Events that were told and have not left for the bus. */
  readonly waiting: number;
  readonly oldestWaitingAt: Date | null;
  /** As of when who may do what was last heard to be current. */
  readonly accessHeardAt: Date | null;
  readonly deadLetters: number;
}

/** How far a service is behind, in what it tells and in what it hears. */
@Injectable()
export class EventStateRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async load(): Promise<StoredEventState> {
    const [state] = await this.database.query<StoredEventState>(
      `select (select count(*)::int from outbox) as waiting,
              (select min(created_at) from outbox) as "oldestWaitingAt",
              (select heartbeat_at from access_state) as "accessHeardAt",
              (select count(*)::int from dead_letter where state in ('failed', 'parked')) as "deadLetters"`,
    );
    if (!state) throw new Error('the state of events answered no row');
    return state;
  }
}
