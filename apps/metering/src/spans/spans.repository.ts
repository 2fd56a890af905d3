import type { Move, OpenSpan } from '@berth/billing';
import type { Allocation } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

const openSql = `
  select s.id, s.instances, lower(s.during) as "from", r.cluster, r.release, r.process_type as "processType",
         r.cpu_millicores as "cpuMillicores", r.memory_mib as "memoryMib"
    from metered_resource r join span s on s.resource_id = r.id and upper_inf(s.during)
   where r.workload_id = $1`;

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

  async move(tx: Tx, allocation: Allocation, move: Move): Promise<void> {
    const ids = (spans: readonly OpenSpan[]) => spans.map((span) => span.id);
    if (move.closing.length > 0)
      await tx.query('update span set during = tstzrange(lower(during), $2) where id = any($1::bigint[])', [
        ids(move.closing),
        move.at,
      ]);
    if (move.dropping.length > 0) await tx.query('delete from span where id = any($1::bigint[])', [ids(move.dropping)]);
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
