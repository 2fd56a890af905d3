import type { VerticalBounds } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { PeaksSince, VerticalRow } from './vertical.js';

const select = `select workload_id as "workloadId", processes, state, message, deployment_id as "deploymentId", change,
    rests_until as "restsUntil"
  from vertical_autoscaling`;

/** Bounds of sizes, and the peaks of use that are remembered for them. */
@Injectable()
export class VerticalRepository {
  async find(sql: Sql, workloadId: string): Promise<VerticalRow | undefined> {
    const [row] = await sql.query<VerticalRow>(`${select} where workload_id = $1`, [workloadId]);
    return row;
  }

  /** The caller holds the workload's row lock. */
  async set(tx: Tx, workloadId: string, processes: Readonly<Record<string, VerticalBounds>>): Promise<void> {
    await tx.query(
      `insert into vertical_autoscaling (workload_id, processes, state, message)
       values ($1, $2, 'watching', 'Nobody has looked yet')
       on conflict (workload_id) do update set processes = excluded.processes`,
      [workloadId, processes],
    );
  }

  async remove(tx: Tx, workloadId: string): Promise<boolean> {
    const rows = await tx.query('delete from vertical_autoscaling where workload_id = $1 returning 1', [workloadId]);
    return rows.length === 1;
  }

  /** What it came to. The caller holds the workload's row lock. */
  async put(tx: Tx, row: VerticalRow): Promise<void> {
    await tx.query(
      `update vertical_autoscaling set state = $2, message = $3, deployment_id = $4, change = $5, rests_until = $6
        where workload_id = $1`,
      [row.workloadId, row.state, row.message, row.deploymentId, row.change, row.restsUntil],
    );
  }

  async peaksOf(sql: Sql, workloadId: string, processType: string): Promise<PeaksSince[]> {
    return sql.query<PeaksSince>(
      `select since, cpu_millicores as "cpuMillicores", memory_mib as "memoryMib" from usage_peak
        where workload_id = $1 and process_type = $2`,
      [workloadId, processType],
    );
  }

  async forgetPeaks(tx: Tx, workloadId: string, before: Date): Promise<void> {
    await tx.query('delete from usage_peak where workload_id = $1 and since < $2', [workloadId, before]);
  }
}
