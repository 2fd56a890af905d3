import type { Tx } from '@berth/service-kit';
import type { PoolClient } from 'pg';

/** A statement with a name of its own: Postgres parses and plans it once for each connection. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** Runs it in `tx`, on its connection, for which TypeORM has no word. For statements that are part of every event. */
export async function runPrepared<Row extends object>(
  tx: Tx,
  statement: Prepared,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = (await tx.manager.queryRunner?.connect()) as PoolClient;
  return (await client.query<Row>({ ...statement, values: [...values] })).rows;
}
