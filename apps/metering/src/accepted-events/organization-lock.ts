import type { Tx } from '@berth/service-kit';

/**
 * Of the advisory lock that events of an organization are accepted under, shared, and its periods closed under, alone:
 * every event up to the cut of an invoice is committed when the invoice is computed. `id`: an SQL expression.
 */
export const lockOfOrganization = (id: string): string => `hashtextextended(${id}::text, 7163600010)`;

/** Waits until no event of the organization is being accepted, and lets none be until the end of the transaction. */
export async function lockOrganization(tx: Tx, organizationId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${lockOfOrganization('$1')})`, [organizationId]);
}
