import type { Tx } from '@berth/service-kit';

const lockOf = (id: string): string => `hashtextextended(${id}::text, 7163600010)`;

/**
 * Keeps the periods of organizations from being closed until the end of the transaction. In one order, and before anything
 * is read: what a statement reads that waits for a lock is as old as the statement.
 */
export async function holdPeriodsOpen(tx: Tx, organizationIds: Iterable<string>): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(${lockOf('id')}) from unnest($1::text[]) as id`, [
    [...new Set(organizationIds)].sort(),
  ]);
}

/** Waits until no event of the organization is being accepted, and lets none be until the end of the transaction. */
export async function lockOrganization(tx: Tx, organizationId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${lockOf('$1')})`, [organizationId]);
}
