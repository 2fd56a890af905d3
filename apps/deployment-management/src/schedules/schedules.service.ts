import { type Caller, changedFrom, concealed, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateSchedule, ScheduleQuery, ScheduleRunQuery, UpdateSchedule } from '@berth/contracts/deployment';
import { WorkQueue } from '@berth/reconcile';
import { Database, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Act, Changes, nameOf } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { notFound } from '../not-found.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { faultOf, nextAfter, type Times } from './cron.js';
import { type ScheduleRow, settingsOf } from './schedule.js';
import { SCHEDULES } from './schedule-queue.js';
import { scheduleErrors } from './schedules.errors.js';
import { type ScheduleRunRow, SchedulesRepository } from './schedules.repository.js';

const nothing = { before: {}, after: {} };

@Injectable()
export class SchedulesService {
  constructor(
    private readonly database: Database,
    private readonly schedules: SchedulesRepository,
    private readonly workloads: WorkloadAccess,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  async create(
    caller: Caller,
    workloadId: string,
    body: CreateSchedule,
    precondition?: Precondition,
  ): Promise<ScheduleRow> {
    const { organizationId } = await this.workloads.require(caller, workloadId, 'schedules:update');
    const made = { id: this.mint.id(), createdBy: nameOf(caller), createdAt: this.mint.now(), generation: 1 };
    const schedule = { ...body, ...made, workloadId, organizationId, nextAt: this.next(body) };
    return this.database.transaction(async (tx) => {
      await this.workloads.lock(tx, workloadId, precondition);
      if (!(await this.schedules.insert(tx, schedule)))
        throw scheduleErrors.ScheduleExists(`There is a schedule ${body.name}.`, { pointer: '/name' });
      const { name, cron, timeZone } = body;
      await this.changed(tx, caller, schedule, { detail: { made: { name, cron, timeZone } } });
      return schedule;
    });
  }

  async update(
    caller: Caller,
    id: string,
    body: UpdateSchedule,
    ifMatch: string | undefined,
    precondition?: Precondition,
  ): Promise<ScheduleRow> {
    const { workloadId } = await this.find(caller, id, 'schedules:update');
    return this.database.transaction(async (tx) => {
      await this.workloads.lock(tx, workloadId, precondition);
      const before = await this.schedules.find(tx, id);
      if (!before) throw notFound();
      requireMatch(ifMatch, before.generation);
      const isSuspended = body.suspended ?? before.nextAt === null;
      const next = this.next({ ...before, ...body });
      await this.schedules.update(tx, id, body, isSuspended ? null : next);
      const after = (await this.schedules.find(tx, id)) ?? before;
      await this.changed(tx, caller, before, { change: changedFrom(settingsOf(before), settingsOf(after)) });
      return after;
    });
  }

  async remove(caller: Caller, id: string, precondition?: Precondition): Promise<void> {
    const schedule = await this.find(caller, id, 'schedules:update');
    await this.database.transaction(async (tx) => {
      await this.workloads.lock(tx, schedule.workloadId, precondition);
      await this.schedules.remove(tx, id);
      const change = changedFrom(settingsOf(schedule), {});
      await this.changed(tx, caller, schedule, { detail: { removed: schedule.name }, change });
    });
  }

  async list(caller: Caller, query: ScheduleQuery): Promise<Page<ScheduleRow>> {
    await this.workloads.require(caller, query.workload, 'schedules:read');
    return toPage(await this.schedules.list(this.database.confined, query), query.limit, ({ id }) => id);
  }

  async runs(caller: Caller, id: string, query: ScheduleRunQuery): Promise<Page<ScheduleRunRow>> {
    await this.find(caller, id, 'schedules:read');
    return toPage(await this.schedules.runs(this.database.confined, id, query), query.limit, (run) => run.id);
  }

  /** @throws 404 when it does not exist or the caller may not know that it does */
  async find(caller: Caller, id: string, permission: Permission): Promise<ScheduleRow> {
    const schedule = await this.schedules.find(this.database, id);
    if (!schedule) throw notFound();
    await this.workloads.require(caller, schedule.workloadId, permission);
    return schedule;
  }

  /** @throws 422 when the times never come */
  private next(times: Times): Date | null {
    const fault = faultOf(times, this.mint.now());
    if (fault) throw scheduleErrors.TimesInvalid(fault.message, { pointer: fault.pointer });
    return nextAfter(times, this.mint.now());
  }

  /** Commands are not told: they may hold secrets. */
  private async changed(
    tx: Tx,
    by: Caller,
    schedule: ScheduleRow,
    said: Pick<Act, 'detail' | 'change'>,
  ): Promise<void> {
    const { id, organizationId, workloadId } = schedule;
    await this.workloads.partChanged(tx, workloadId);
    await this.queue.enqueue(tx, SCHEDULES, id, { group: organizationId });
    const target = { kind: 'schedule', id };
    const change = concealed(said.change ?? nothing, 'command');
    const detail = { ...said.detail, workload: workloadId };
    await this.changes.act(tx, { by, action: 'schedules:update', target, organizationId, detail, change });
  }
}
