import type { Database } from '@berth/service-kit';
import { dumpSchema } from './dump-schema.js';
import { testDatabase, type TestDatabaseOptions } from './test-database.js';

/** Schemas (see `dumpSchema`) of a database on its way down and up its migrations. */
export interface MigrationRoundTrip {
  readonly full: string;
  /** Without the newest migration. */
  readonly oneBack: string;
  readonly forwardAgain: string;
  readonly nothing: string;
}

/** Takes the newest migration back and applies it again, over the rows that `fill` puts in, and then takes all of them back. */
export async function migrationRoundTrip(
  migrations: NonNullable<TestDatabaseOptions['migrations']>,
  fill: (database: Database) => Promise<unknown> = () => Promise.resolve(),
): Promise<MigrationRoundTrip> {
  const { database, drop } = await testDatabase({ migrations });
  const full = await dumpSchema(database);
  await fill(database);
  await database.dataSource.undoLastMigration();
  const oneBack = await dumpSchema(database);
  await database.dataSource.runMigrations();
  const forwardAgain = await dumpSchema(database);
  for (const _ of migrations) await database.dataSource.undoLastMigration();
  const nothing = await dumpSchema(database);
  await drop();
  return { full, oneBack, forwardAgain, nothing: nothing.trim() };
}

/** The schema that a file of SQL makes in an empty database. */
export async function schemaMadeBy(sql: string): Promise<string> {
  const { database, drop } = await testDatabase();
  await database.query(sql);
  const schema = await dumpSchema(database);
  await drop();
  return schema;
}
