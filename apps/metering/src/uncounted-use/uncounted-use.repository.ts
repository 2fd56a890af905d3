import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { UncountedUse } from './uncounted-use.js';

/** Follows from the set of accepted events alone: whatever their order, and however often they are told. */
@Injectable()
export class UncountedUseRepository {
  /** The caller holds the locks of the workloads. */
  async keep(tx: Tx, uses: readonly UncountedUse[]): Promise<void> {
    if (uses.length === 0) return;
    await tx.query(
      `insert into uncounted_use as kept (workload_id, organization_id, cluster, metric, since)
       select "workloadId", "organizationId", cluster, metric, since
         from jsonb_to_recordset($1::jsonb)
           as told ("workloadId" uuid, "organizationId" uuid, cluster text, metric text, since timestamptz)
       on conflict (workload_id, cluster, metric) do update set since = excluded.since where kept.since > excluded.since`,
      [JSON.stringify(uses)],
    );
  }
}
