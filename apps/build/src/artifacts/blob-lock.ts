import type { Tx } from '@berth/service-kit';

/** Until the commit nobody takes a blob into use that is being deleted, nor deletes one that is being taken into use. */
export async function lockBlob(tx: Tx, digest: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`blob ${digest}`]);
}
