import type { ObservedWorkload } from '@berth/contracts/runtime';
import {
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { VerticalLooks } from './vertical-looks.js';
import { VERTICAL } from './vertical-queue.js';
import { VerticalRepository } from './vertical.repository.js';

/** Looks at each workload whose sizes have bounds, one replica at a time. */
@Injectable()
export class VerticalLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly repository: VerticalRepository,
    private readonly runtimes: Runtimes,
    private readonly looks: VerticalLooks,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(VERTICAL, this, { concurrency: 4, leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome> {
    if (!(await this.repository.find(this.database, workloadId))) return settled;
    const observed = await this.observe(workloadId, context.signal);
    const isThere = await context.transaction((tx) => this.looks.take(tx, workloadId, observed));
    return isThere ? lookAgainIn({ seconds: this.config.VERTICAL_LOOK_SECONDS }) : settled;
  }

  /** Null as well while the cluster cannot be asked: nothing is changed blindly. */
  private async observe(workloadId: string, signal: AbortSignal): Promise<ObservedWorkload | null> {
    try {
      return await (await this.runtimes.of(workloadId)).observe(workloadId, signal);
    } catch (error) {
      if (error instanceof RuntimeUnavailable) return null;
      throw error;
    }
  }
}
