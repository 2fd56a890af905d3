import { WorkQueue } from '@berth/reconcile';
import { Clock, Database, type RoundNow, Rounds } from '@berth/service-kit';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DECLARATIONS } from './declaration.js';
import { DeclarationsRepository } from './declarations.repository.js';

/** How late the status of an object may be. */
const SWEEP_MILLISECONDS = 5_000;

/** Brings back objects whose app, environment or workload is not as it was, and those that are heard no more since a token has ended. */
@Injectable()
export class DeclarationSweep implements OnApplicationBootstrap {
  constructor(
    private readonly rounds: Rounds,
    private readonly database: Database,
    private readonly declarations: DeclarationsRepository,
    private readonly queue: WorkQueue,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): RoundNow {
    return this.rounds.every(SWEEP_MILLISECONDS, 'declared objects could not be compared', () => this.sweep());
  }

  private async sweep(): Promise<void> {
    const keys = await this.declarations.outdated(this.clock.now());
    if (keys.length > 0) await this.database.transaction((tx) => this.queue.enqueueAll(tx, DECLARATIONS, keys));
  }
}
