import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { OrganizationWorkloads } from '../organizations/organization-workloads.js';
import { isAsleepAt, nextLook, type SleepRow } from './sleep.js';
import { SLEEP } from './sleep-queue.js';
import { SleepRepository } from './sleep.repository.js';

/** Lets an environment fall asleep or wake up when its hours say so. */
@Injectable()
export class SleepChanges {
  constructor(
    private readonly sleep: SleepRepository,
    private readonly workloads: OrganizationWorkloads,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** The caller holds the row's lock. Answers whether it is asleep now. */
  async follow(tx: Tx, row: SleepRow): Promise<boolean> {
    const isAsleep = isAsleepAt(row, this.mint.now());
    if (isAsleep === row.isAsleep) return isAsleep;
    await this.sleep.setAsleep(tx, row.environmentId, isAsleep);
    await this.workloads.lookAnewIn(tx, row.environmentId);
    return isAsleep;
  }

  /** After its hours were changed: at once, and at its next change. The caller holds the row's lock. */
  async changed(tx: Tx, row: SleepRow): Promise<boolean> {
    await this.queue.enqueue(tx, SLEEP, row.environmentId);
    return this.follow(tx, row);
  }

  /** Whatever its hours were, it has none any more. */
  async end(tx: Tx, { environmentId, isAsleep }: SleepRow): Promise<void> {
    await this.sleep.remove(tx, environmentId);
    if (isAsleep) await this.workloads.lookAnewIn(tx, environmentId);
  }

  /** In seconds; null: not before somebody changes it. */
  untilNext(row: SleepRow): number | null {
    const now = this.mint.now();
    const next = nextLook(row, now);
    return next && Math.max(0, (next.getTime() - now.getTime()) / 1_000);
  }
}
