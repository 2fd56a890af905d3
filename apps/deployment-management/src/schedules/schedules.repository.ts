import type { ScheduleQuery, ScheduleRun, ScheduleRunQuery, UpdateSchedule } from '@berth/contracts/deployment';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ScheduleRow } from './schedule.js';

const select = `select id, workload_id as "workloadId", organization_id as "organizationId", name, cron,
    time_zone as "timeZone", command, cpu_millicores as "cpuMillicores", memory_mib as "memoryMib",
    deadline_seconds as "deadlineSeconds", next_at as "nextAt", generation, created_by as "createdBy",
    created_at as "createdAt"
  from schedule`;

export type ScheduleRunRow = Omit<ScheduleRun, 'dueAt'> & { readonly dueAt: Date };
export type NewScheduleRun = Omit<ScheduleRunRow, 'status'> & { readonly scheduleId: string };

@Injectable()
export class SchedulesRepository {
  /** False: the workload has one of that name. */
  async insert(tx: Tx, schedule: ScheduleRow): Promise<boolean> {
    const { id, workloadId, organizationId, name, cron, timeZone, command, cpuMillicores, memoryMib } = schedule;
    const { deadlineSeconds, nextAt, createdBy, createdAt } = schedule;
    const rows = await tx.query(
      `insert into schedule (id, workload_id, organization_id, name, cron, time_zone, command, cpu_millicores, memory_mib,
         deadline_seconds, next_at, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing returning id`,
      [
        ...[id, workloadId, organizationId, name, cron, timeZone, command, cpuMillicores, memoryMib],
        ...[deadlineSeconds, nextAt, createdBy, createdAt],
      ],
    );
    return rows.length === 1;
  }

  async find(sql: Sql, id: string): Promise<ScheduleRow | undefined> {
    const row = await sql.queryOne<ScheduleRow>(`${select} where id = $1`, [id]);
    return row;
  }

  async list(sql: ConfinedSql, query: ScheduleQuery): Promise<ScheduleRow[]> {
    return sql.query<ScheduleRow>(
      `${select} where workload_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [query.workload, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  /** All of a workload. */
  of(sql: Sql, workloadId: string): Promise<ScheduleRow[]> {
    return sql.query<ScheduleRow>(`${select} where workload_id = $1 order by name`, [workloadId]);
  }

  async update(tx: Tx, id: string, change: UpdateSchedule, nextAt: Date | null): Promise<void> {
    await tx.query(
      `update schedule set cron = coalesce($2, cron), time_zone = coalesce($3, time_zone), command = coalesce($4, command),
         deadline_seconds = coalesce($5, deadline_seconds), next_at = $6, generation = generation + 1 where id = $1`,
      [
        ...[id, change.cron ?? null, change.timeZone ?? null, change.command ?? null],
        ...[change.deadlineSeconds ?? null, nextAt],
      ],
    );
  }

  async setNext(tx: Tx, id: string, nextAt: Date | null): Promise<void> {
    await tx.query('update schedule set next_at = $2 where id = $1', [id, nextAt]);
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from schedule where id = $1', [id]);
  }

  async addRun(tx: Tx, { id, scheduleId, dueAt, outcome, count, reason, taskId }: NewScheduleRun): Promise<void> {
    await tx.query(
      `insert into schedule_run (id, schedule_id, due_at, outcome, count, reason, task_id)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, scheduleId, dueAt, outcome, count, reason, taskId],
    );
  }

  /** Newest first. */
  async runs(sql: ConfinedSql, scheduleId: string, query: ScheduleRunQuery): Promise<ScheduleRunRow[]> {
    return sql.query<ScheduleRunRow>(
      `select r.id, r.due_at as "dueAt", r.outcome, r.count, r.reason, r.task_id as "taskId", t.status
         from schedule_run r left join task t on t.id = r.task_id
        where r.schedule_id = $1 and ($2::uuid is null or r.id < $2) order by r.id desc limit $3`,
      [scheduleId, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  async removeRunsBefore(tx: Tx, scheduleId: string, moment: Date): Promise<void> {
    await tx.query('delete from schedule_run where schedule_id = $1 and due_at < $2', [scheduleId, moment]);
  }

  /** The one that its last run made, while that has not ended. */
  async openTask(tx: Tx, scheduleId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select t.id from schedule_run r join task t on t.id = r.task_id
        where r.schedule_id = $1 and t.ended_at is null limit 1`,
      [scheduleId],
    );
    return row?.id;
  }
}
