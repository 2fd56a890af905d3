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
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { SCHEDULES } from './schedule-queue.js';
import { ScheduleTimes } from './schedule-times.js';
import { SchedulesRepository } from './schedules.repository.js';

/** A clock that is set meanwhile is noticed after so long. */
const LONGEST_WAIT_SECONDS = 3_600;

/** Wakes each schedule at its next time. */
@Injectable()
export class ScheduleLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly schedules: SchedulesRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly times: ScheduleTimes,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(SCHEDULES, this, { leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const schedule = await this.schedules.find(this.database, id);
    if (!schedule?.nextAt) return settled;
    const seconds = this.times.until(schedule.nextAt);
    if (seconds > 0) return lookAgainIn({ seconds: Math.min(seconds, LONGEST_WAIT_SECONDS) });
    await context.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, schedule.workloadId);
      const now = await this.schedules.find(tx, id);
      if (!workload || !now) return;
      if (workload.deletedAt) return this.schedules.remove(tx, id);
      await this.times.answer(tx, workload, now);
    });
    return lookAgainIn({ seconds: 0 });
  }
}
