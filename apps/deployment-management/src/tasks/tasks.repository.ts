import type { TaskQuery } from '@berth/contracts/deployment';
import type { LogLine } from '@berth/contracts/runtime';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Seen } from '../deployments/deployment.js';
import type { TaskEnding, TaskRow } from './task.js';

const select = `select t.id, t.workload_id as "workloadId", t.organization_id as "organizationId",
    t.deployment_id as "deploymentId", t.release_id as "releaseId", r.number as release, t.process, t.command,
    t.cpu_millicores as "cpuMillicores", t.memory_mib as "memoryMib", t.deadline_seconds as "deadlineSeconds", t.status,
    t.exit_code as "exitCode", t.failure, t.seen, t.instance, t.ran_from as "ranFrom", t.counted_on as "countedOn",
    t.created_by as "createdBy", t.created_at as "createdAt", t.started_at as "startedAt", t.ended_at as "endedAt"
  from task t join release r on r.id = t.release_id`;

export interface TaskSighting {
  readonly seen: Seen;
  readonly instance: string;
  readonly from: string | null;
  readonly lines: readonly LogLine[] | null;
}

@Injectable()
export class TasksRepository {
  async insert(tx: Tx, task: TaskRow): Promise<void> {
    const { id, workloadId, organizationId, deploymentId, releaseId, process, command, cpuMillicores } = task;
    const { memoryMib, deadlineSeconds, status, createdBy, createdAt } = task;
    await tx.query(
      `insert into task (id, workload_id, organization_id, deployment_id, release_id, process, command, cpu_millicores,
         memory_mib, deadline_seconds, status, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        ...[id, workloadId, organizationId, deploymentId, releaseId, process, command, cpuMillicores],
        ...[memoryMib, deadlineSeconds, status, createdBy, createdAt],
      ],
    );
  }

  async find(sql: Sql, id: string): Promise<TaskRow | undefined> {
    const row = await sql.queryOne<TaskRow>(`${select} where t.id = $1`, [id]);
    return row;
  }

  /** Newest first. */
  async list(sql: ConfinedSql, query: TaskQuery): Promise<TaskRow[]> {
    return sql.query<TaskRow>(
      `${select} where t.workload_id = $1 and ($2::uuid is null or t.id < $2) order by t.id desc limit $3`,
      [query.workload, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
  }

  async ofDeployment(sql: Sql, deploymentId: string): Promise<TaskRow | undefined> {
    const [row] = await sql.query<TaskRow>(`${select} where t.deployment_id = $1`, [deploymentId]);
    return row;
  }

  /** Those that the runtime may hold something of, oldest first. */
  async onRuntime(sql: Sql, workloadId: string): Promise<TaskRow[]> {
    return sql.queryPrepared<TaskRow>(`${select} where t.workload_id = $1 and not t.is_cleared order by t.id`, [
      workloadId,
    ]);
  }

  /** False when it was no longer queued. */
  async start(tx: Tx, id: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update task set status = 'running', started_at = $2 where id = $1 and status = 'queued' returning id`,
      [id, at],
    );
    return rows.length === 1;
  }

  /** False when it had ended. */
  async end(tx: Tx, id: string, { status, exitCode, failure }: TaskEnding, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update task set status = $2, exit_code = $3, failure = $4, ended_at = $5 where id = $1 and ended_at is null
        returning id`,
      [id, status, exitCode, failure, at],
    );
    return rows.length === 1;
  }

  /** `from`: since when it runs, by the runtime's clock. `lines` null: they could not be read, those before stay. */
  async saw(tx: Tx, id: string, { seen, instance, from, lines }: TaskSighting): Promise<void> {
    await tx.query(
      `update task set seen = $2, instance = $3, ran_from = coalesce(ran_from, $4), output = coalesce($5, output)
        where id = $1`,
      [id, seen, instance, from, lines && JSON.stringify(lines)],
    );
  }

  async setCountedOn(tx: Tx, id: string, cluster: string | null): Promise<void> {
    await tx.query('update task set counted_on = $2 where id = $1', [id, cluster]);
  }

  /** Its last lines, kept when it ended. */
  async outputOf(sql: Sql, id: string): Promise<LogLine[]> {
    const row = await sql.queryOne<{ output: LogLine[] }>('select output from task where id = $1', [id]);
    return row?.output ?? [];
  }

  async markCleared(tx: Tx, id: string): Promise<void> {
    await tx.query('update task set is_cleared = true where id = $1 and ended_at is not null', [id]);
  }

  /** False when the runtime may still hold something of it. */
  async remove(tx: Tx, id: string): Promise<boolean> {
    const rows = await tx.query('delete from task where id = $1 and is_cleared returning id', [id]);
    return rows.length === 1;
  }
}
