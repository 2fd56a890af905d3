import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner, settled } from '@berth/reconcile';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { FAILOVERS } from './failover-queue.js';
import { FailoverStarter } from './failover-starter.js';

/** Starts failovers; whoever looks at the cluster asks again as long as one is due. */
@Injectable()
export class FailoverLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly starter: FailoverStarter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(FAILOVERS, this, { concurrency: 4, leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome> {
    await context.transaction((tx) => this.starter.start(tx, workloadId));
    return settled;
  }
}
