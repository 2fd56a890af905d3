import type { MeasuredProcess } from '@berth/contracts/events';
import type { Measurement } from '@berth/contracts/runtime';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { MeasuredUse } from './measured-use.js';

/** A workload of a cluster and an hour that is over. */
export interface DueHour {
  readonly workloadId: string;
  readonly hour: Date;
}

interface Whose {
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly appId: string;
}

/** Of workloads of ours; what else a runtime may know is nobody's here. */
const addSql = `
  insert into measured_use as u (cluster_id, workload_id, hour, process_type, millicore_milliseconds, byte_milliseconds,
                                 measured_milliseconds)
  select $1, w.id, seen.hour, process_type, cpu, memory, measured
    from unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::numeric[], $6::numeric[], $7::bigint[])
      as seen (workload_id, hour, process_type, cpu, memory, measured)
    join workload w on w.id = seen.workload_id
      on conflict (cluster_id, workload_id, hour, process_type) do update
     set millicore_milliseconds = u.millicore_milliseconds + excluded.millicore_milliseconds,
         byte_milliseconds = u.byte_milliseconds + excluded.byte_milliseconds,
         measured_milliseconds = u.measured_milliseconds + excluded.measured_milliseconds`;

const MIB = 1_048_576;

/** Of workloads that have bounds, which nobody takes away meanwhile; the most of each process type. */
const addPeaksSql = `
  with bound as (
    select workload_id, processes from vertical_autoscaling where workload_id = any($2::uuid[])
     order by workload_id for key share)
  insert into usage_peak as p (workload_id, process_type, since, cpu_millicores, memory_mib)
  select v.workload_id, process_type, $1, max(cpu), max(memory)
    from unnest($2::uuid[], $3::text[], $4::int[], $5::int[]) as seen (workload_id, process_type, cpu, memory)
    join bound v on v.workload_id = seen.workload_id and v.processes ? process_type
   group by 1, 2
      on conflict (workload_id, process_type, since) do update
     set cpu_millicores = greatest(p.cpu_millicores, excluded.cpu_millicores),
         memory_mib = greatest(p.memory_mib, excluded.memory_mib)`;

/** What was seen since the last hour that was told, and when each cluster was asked last. */
@Injectable()
export class MeasurementsRepository {
  async lastRound(tx: Tx, clusterId: string): Promise<Date | null> {
    const [row] = await tx.query<{ at: Date }>('select at from measurement_round where cluster_id = $1', [clusterId]);
    return row?.at ?? null;
  }

  async setRound(tx: Tx, clusterId: string, at: Date): Promise<void> {
    await tx.query(
      `insert into measurement_round (cluster_id, at) values ($1, $2)
       on conflict (cluster_id) do update set at = excluded.at`,
      [clusterId, at],
    );
  }

  async add(tx: Tx, clusterId: string, uses: readonly MeasuredUse[]): Promise<void> {
    if (uses.length === 0) return;
    await tx.query(addSql, [
      ...[clusterId, uses.map((each) => each.workloadId), uses.map((each) => each.hour)],
      ...[uses.map((each) => each.processType), uses.map((each) => each.millicoreMilliseconds.toString())],
      uses.map((each) => each.byteMilliseconds.toString()),
      uses.map((each) => each.measuredMilliseconds.toString()),
    ]);
  }

  async addPeaks(tx: Tx, sample: readonly Measurement[], since: Date): Promise<void> {
    if (sample.length === 0) return;
    await tx.query(addPeaksSql, [
      ...[since, sample.map(({ workloadId }) => workloadId), sample.map(({ processType }) => processType)],
      sample.map(({ cpuMillicores }) => cpuMillicores),
      sample.map(({ memoryBytes }) => Math.ceil(memoryBytes / MIB)),
    ]);
  }

  /** Hours before this one of which something was seen; all of them for null. At most `limit`. */
  due(sql: Sql, clusterId: string, before: Date | null, limit: number): Promise<DueHour[]> {
    return sql.query<DueHour>(
      `select distinct workload_id as "workloadId", hour from measured_use
        where cluster_id = $1 and ($2::timestamptz is null or hour < $2) order by hour, workload_id limit $3`,
      [clusterId, before, limit],
    );
  }

  /** What was seen of it, which is forgotten here. Undefined when somebody took it before. */
  async take(tx: Tx, clusterId: string, { workloadId, hour }: DueHour) {
    const [row] = await tx.query<Whose & { processes: MeasuredProcess[] }>(
      `with taken as (delete from measured_use where cluster_id = $1 and workload_id = $2 and hour = $3 returning *)
       select w.organization_id as "organizationId", w.project_id as "projectId", w.environment_id as "environmentId",
              w.app_id as "appId",
              json_agg(json_build_object('processType', t.process_type,
                'millicoreMilliseconds', t.millicore_milliseconds::text, 'byteMilliseconds', t.byte_milliseconds::text,
                'measuredMilliseconds', t.measured_milliseconds) order by t.process_type) as processes
         from taken t join workload w on w.id = t.workload_id group by w.id`,
      [clusterId, workloadId, hour],
    );
    return row;
  }
}
