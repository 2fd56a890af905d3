import { workloadAllocationSnapshotRequested } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { type CancelTimer, Clock, CONFIG, Database, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { MissingAllocationsRepository } from './missing-allocations.repository.js';
import { silentSince } from './silence.js';

const EVERY = 30_000;
const GAP = 30_000;
const ASK_AGAIN = 300_000;

const before = (now: Date, milliseconds: number): Date => new Date(now.getTime() - milliseconds);

/** Asks the owner for a snapshot of each workload of which a version is missing, or nothing was heard for long. */
@Injectable()
export class MissingAllocations implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: CancelTimer = () => undefined;
  private asking: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly missing: MissingAllocationsRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ROLE !== 'api') this.stop = this.clock.every(EVERY, () => this.askOnce());
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    await this.asking;
  }

  /** Answers how many were asked for. */
  async ask(): Promise<number> {
    const now = this.clock.now();
    const deadlines = {
      ...{ now, silentSince: silentSince(now) },
      ...{ gapSince: before(now, GAP), askedSince: before(now, ASK_AGAIN) },
    };
    return this.database.transaction(async (tx) => {
      const claimed = await this.missing.claim(tx, deadlines);
      for (const data of claimed) {
        const { workloadId: subject, organizationId } = data;
        await this.outbox.append(tx, workloadAllocationSnapshotRequested, { subject, organizationId, data });
      }
      return claimed.length;
    });
  }

  /** Never two at once in this process. */
  private askOnce(): void {
    this.asking ??= this.ask()
      .then((count) => {
        if (count > 0) this.logger.warn({ count }, 'allocations are missing: snapshots were asked for');
      })
      .catch((error: unknown) => this.logger.warn({ err: error }, 'missing allocations could not be asked for'))
      .finally(() => (this.asking = undefined));
  }
}
