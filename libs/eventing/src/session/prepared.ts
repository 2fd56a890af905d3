import type { Tx } from '@berth/service-kit';

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
  return tx.queryNamed<Row>({ ...statement, values: [...values] });
}
