import { workloadAllocationSnapshotRequested } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { Clock, Database, LOGGER, type Logger, Rounds } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { MissingAllocationsRepository } from './missing-allocations.repository.js';
import { silentSince } from './silence.js';

const EVERY = 30_000;
const GAP = 30_000;
const ASK_AGAIN = 300_000;

const before = (now: Date, milliseconds: number): Date => new Date(now.getTime() - milliseconds);

/** Asks the owner for a snapshot of each workload of which a version is missing, or nothing was heard for long. */
@Injectable()
export class MissingAllocations implements OnApplicationBootstrap {
  constructor(
    private readonly missing: MissingAllocationsRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.every(EVERY, 'missing allocations could not be asked for', () => this.ask());
  }

  /** Answers how many were asked for. */
  async ask(): Promise<number> {
    const now = this.clock.now();
    const deadlines = {
      ...{ now, silentSince: silentSince(now) },
      ...{ gapSince: before(now, GAP), askedSince: before(now, ASK_AGAIN) },
    };
    const count = await this.database.transaction(async (tx) => {
      const claimed = await this.missing.claim(tx, deadlines);
      for (const data of claimed) {
        const { workloadId: subject, organizationId } = data;
        await this.outbox.append(tx, workloadAllocationSnapshotRequested, { subject, organizationId, data });
      }
      return claimed.length;
    });
    if (count > 0) this.logger.warn({ count }, 'allocations are missing: snapshots were asked for');
    return count;
  }
}
