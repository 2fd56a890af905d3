import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { TaskStarter } from '../tasks/task-starter.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { nextAfter } from './cron.js';
import { dueAt, LATEST_START_SECONDS, type ScheduleRow } from './schedule.js';
import { SchedulesRepository } from './schedules.repository.js';

const DAY_MILLISECONDS = 86_400_000;

/** Answers for the times that have come: a task, or the reason why there is none. */
@Injectable()
export class ScheduleTimes {
  constructor(
    private readonly schedules: SchedulesRepository,
    private readonly starter: TaskStarter,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** In seconds; not positive when it has come. */
  until(moment: Date): number {
    return (moment.getTime() - this.mint.now().getTime()) / 1_000;
  }

  /** `workload` was read under its row lock, and `schedule` after that. */
  async answer(tx: Tx, workload: WorkloadRow, schedule: ScheduleRow): Promise<void> {
    const now = this.mint.now();
    const { id, nextAt } = schedule;
    if (nextAt === null || nextAt > now) return;
    const { run, missed } = dueAt(schedule, nextAt, now);
    if (missed) {
      const reason = `Nothing was there to start it within ${LATEST_START_SECONDS} seconds.`;
      await this.write(tx, schedule, missed.from, { outcome: 'missed', count: missed.count, reason });
    }
    if (run) await this.run(tx, workload, schedule, run);
    await this.schedules.setNext(tx, id, nextAfter(schedule, now));
    const kept = new Date(now.getTime() - this.config.TASK_DAYS * DAY_MILLISECONDS);
    await this.schedules.removeRunsBefore(tx, id, kept);
  }

  private async run(tx: Tx, workload: WorkloadRow, schedule: ScheduleRow, due: Date): Promise<void> {
    const reason = await this.refusalOf(tx, workload, schedule);
    if (reason !== null) return this.write(tx, schedule, due, { outcome: 'skipped', reason });
    const { id: taskId } = await this.starter.start(tx, workload, schedule, 'platform');
    await this.write(tx, schedule, due, { outcome: 'started', taskId });
  }

  /** Two runs of a schedule never meet. */
  private async refusalOf(tx: Tx, workload: WorkloadRow, schedule: ScheduleRow): Promise<string | null> {
    const open = await this.schedules.openTask(tx, schedule.id);
    if (open !== undefined) return `The run before has not ended: task ${open}.`;
    const refusal = await this.starter.refusalOf(tx, workload, schedule);
    if (refusal) return refusal.message;
    return workload.state === 'stopped' ? 'The workload is stopped.' : null;
  }

  private write(
    tx: Tx,
    { id: scheduleId }: ScheduleRow,
    dueAt: Date,
    told: { outcome: 'started' | 'skipped' | 'missed'; count?: number; reason?: string; taskId?: string },
  ): Promise<void> {
    const { outcome, count = 1, reason = null, taskId = null } = told;
    return this.schedules.addRun(tx, { id: this.mint.id(), scheduleId, dueAt, outcome, count, reason, taskId });
  }
}
