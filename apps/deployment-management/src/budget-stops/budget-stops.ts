import type { budgetCleared, budgetExhausted, DataOf } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { OrganizationWorkloads } from '../organizations/organization-workloads.js';

/** What a spent budget stops, until it is told that it may run again. What was to run before is to run again then. */
@Injectable()
export class BudgetStops {
  constructor(private readonly workloads: OrganizationWorkloads) {}

  async stop(tx: Tx, exhausted: DataOf<typeof budgetExhausted>): Promise<void> {
    const { budgetId, organizationId, projectId, environmentId, stops } = exhausted;
    if (stops.length === 0) return;
    await tx.query(
      `insert into budget_stop (budget_id, environment_kind, organization_id, project_id, environment_id)
       select $1, unnest($2::text[]), $3, $4, $5 on conflict do nothing`,
      [budgetId, stops, organizationId, projectId, environmentId],
    );
    await this.workloads.lookAnew(tx, organizationId);
  }

  async clear(tx: Tx, { budgetId, organizationId }: DataOf<typeof budgetCleared>): Promise<void> {
    const rows = await tx.query('delete from budget_stop where budget_id = $1 returning 1 as gone', [budgetId]);
    if (rows.length > 0) await this.workloads.lookAnew(tx, organizationId);
  }
}
