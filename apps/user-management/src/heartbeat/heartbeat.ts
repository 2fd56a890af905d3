import { accessHeartbeat } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { Clock, Database, Rounds, type Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

const EVERY_MS = 1_000;
/** Less than the period, because no timer is exact. */
const AT_LEAST_APART_MS = 900;

/** Says each second that access rules are being kept current; of all workers one says it. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Rounds) private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    const beatNow = this.rounds.every(EVERY_MS, 'the access heartbeat could not be written', () =>
      this.database.transaction((tx) => this.beat(tx)),
    );
    beatNow();
  }

  private async beat(tx: Tx): Promise<void> {
    const now = this.clock.now();
    const ours = await tx.query(
      `insert into heartbeat as last (at) values ($1)
       on conflict (single) do update set at = excluded.at where last.at <= $2 returning at`,
      [now, new Date(now.getTime() - AT_LEAST_APART_MS)],
    );
    if (ours.length === 0) return;
    await this.outbox.append(tx, accessHeartbeat, { subject: 'access', data: { at: now.toISOString() } });
  }
}
