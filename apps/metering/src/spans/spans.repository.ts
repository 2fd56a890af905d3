import type { Move, OpenSpan } from '@berth/billing';
import type { Allocation } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Position } from '../accepted-events/accepted-event.js';

const openSql = `
  select s.id, s.instances, lower(s.during) as "from", r.cluster, r.release, r.process_type as "processType",
         r.cpu_millicores as "cpuMillicores", r.memory_mib as "memoryMib"
    from metered_resource r join span s on s.resource_id = r.id and upper_inf(s.during)
   where r.workload_id = $1`;

const endSql = `
  with closed as (
    update span set during = tstzrange(lower(during), $3) where id = any($1::bigint[])
  ), dropped as (
    delete from span where id = any($2::bigint[])
  )
  update metered_workload set epoch = $5, version = $6, effective_at = $3, runs = $7 where workload_id = $4`;

const beginSql = `
  with entry as (
    select * from jsonb_to_recordset($7::jsonb)
      as e (cluster text, release int, "processType" text, "cpuMillicores" int, "memoryMib" int, instances int)
  ), resource as (
    insert into metered_resource (workload_id, organization_id, project_id, environment_id, app_id,
                                  cluster, release, process_type, cpu_millicores, memory_mib)
    select $1, $2, $3, $4, $5, cluster, release, "processType", "cpuMillicores", "memoryMib" from entry
        on conflict (workload_id, cluster, release, process_type, cpu_millicores, memory_mib)
        do update set workload_id = excluded.workload_id
    returning *
  )
  insert into span (resource_id, instances, during)
  select r.id, e.instances, tstzrange($6, null)
    from entry e
    join resource r on (r.cluster, r.release, r.process_type, r.cpu_millicores, r.memory_mib)
                     = (e.cluster, e.release, e."processType", e."cpuMillicores", e."memoryMib")`;

@Injectable()
export class SpansRepository {
  open(tx: Tx, workloadId: string): Promise<OpenSpan[]> {
    return tx.query<OpenSpan>(openSql, [workloadId]);
  }

  /** What ends, and how far the workload has come; then what begins, because spans of one resource must not overlap. */
  async move(tx: Tx, allocation: Allocation, move: Move, to: Position): Promise<void> {
    const ids = (spans: readonly OpenSpan[]) => spans.map((span) => span.id);
    await tx.query(endSql, [
      ...[ids(move.closing), ids(move.dropping), move.at],
      ...[allocation.workloadId, to.epoch, to.version, allocation.entries.length > 0],
    ]);
    if (move.opening.length > 0) await this.begin(tx, allocation, move);
  }

  async removeAll(tx: Tx, workloadId: string): Promise<void> {
    await tx.query('delete from span using metered_resource r where r.id = span.resource_id and r.workload_id = $1', [
      workloadId,
    ]);
  }

  private async begin(tx: Tx, allocation: Allocation, move: Move): Promise<void> {
    const { workloadId, organizationId, projectId, environmentId, appId } = allocation;
    const entries = JSON.stringify(move.opening);
    await tx.query(beginSql, [workloadId, organizationId, projectId, environmentId, appId, move.at, entries]);
  }
}
