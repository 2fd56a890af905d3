import { accessHeartbeat } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { type CancelTimer, Clock, CONFIG, Database, LOGGER, type Logger, type Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';

const EVERY_MS = 1_000;
/** Less than the period, because no timer is exact. */
const AT_LEAST_APART_MS = 900;

/** Says each second that access rules are being kept current; of all workers one says it. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: CancelTimer = () => undefined;
  private beating: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ROLE === 'api') return;
    this.stop = this.clock.every(EVERY_MS, () => this.beatOnce());
    this.beatOnce();
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    await this.beating;
  }

  /** Never two at once: when the database is slow, beats are left out. */
  private beatOnce(): void {
    this.beating ??= this.database
      .transaction((tx) => this.beat(tx))
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the access heartbeat could not be written'))
      .finally(() => (this.beating = undefined));
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
