import type { CloudEvent } from '@berth/contracts/events';
import { expect } from '@jest/globals';
import type { MeteringApp } from './metering-app.js';

/** The log as it was accepted: allocations in the shape in which they were told, all else as the facts that followed. */
export async function logOf(app: MeteringApp, organizationId: string): Promise<CloudEvent[]> {
  const rows = await app.database.query<CloudEvent & { time: Date }>(
    `select source, id, type, e.workload_id::text as subject, e.epoch, e.time, data
       from accepted_event e join metered_workload w using (workload_id) where organization_id = $1 order by seq`,
    [organizationId],
  );
  return rows.map((row) => ({
    ...{ specversion: '1.0', datacontenttype: 'application/json', partitionkey: row.subject, aggregateversion: 1 },
    ...{ ...row, time: row.time.toISOString() },
  }));
}

/** What the organization has used so far, priced and hashed, but for what each database counts by itself. */
export async function bill(app: MeteringApp, organizationId: string) {
  const path = `/v1/invoices/preview?organization=${organizationId}`;
  const { status, body } = await app.call(path, await app.viewer(organizationId));
  expect(status).toBe(200);
  // Each database counts its own log.
  return { ...body, cut: null };
}
