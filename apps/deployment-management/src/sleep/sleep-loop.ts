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
import { SleepChanges } from './sleep-changes.js';
import { SLEEP } from './sleep-queue.js';
import { SleepRepository } from './sleep.repository.js';

/** A clock that is set meanwhile is noticed after so long. */
const LONGEST_WAIT_SECONDS = 3_600;

/** Wakes environments and lets them sleep. */
@Injectable()
export class SleepLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly sleep: SleepRepository,
    private readonly changes: SleepChanges,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(SLEEP, this, { leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(environmentId: string, context: ReconcileContext): Promise<Outcome> {
    if (await this.sleep.isGone(this.database, environmentId)) {
      await context.transaction((tx) => this.sleep.remove(tx, environmentId));
      return settled;
    }
    const next = await context.transaction(async (tx) => {
      const row = await this.sleep.lock(tx, environmentId);
      if (!row) return null;
      await this.changes.follow(tx, row);
      return this.changes.untilNext(row);
    });
    return next === null ? settled : lookAgainIn({ seconds: Math.min(next, LONGEST_WAIT_SECONDS) });
  }
}
