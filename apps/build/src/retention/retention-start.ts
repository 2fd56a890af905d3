import { WorkQueue } from '@berth/reconcile';
import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { BuildConfig } from '../config.js';
import { retentionKey, retentionQueue } from './retention.reconciler.js';

/** The first start of the service puts the one key of retention into its queue, where it stays. */
@Injectable()
export class RetentionStart implements OnApplicationBootstrap {
  constructor(
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Database) private readonly database: Database,
    @Inject(CONFIG) private readonly config: BuildConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.ROLE === 'api') return;
    await this.database.transaction((tx) => this.queue.enqueue(tx, retentionQueue, retentionKey));
  }
}
