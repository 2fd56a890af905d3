import { DataSource, type EntityTarget, MigrationExecutor, type MigrationInterface, type ObjectLiteral } from 'typeorm';
import { type TrustFiles, trusting } from '../tls/certificates.js';

/** Without the file of an authority: TLS only if the URL asks for it. */
export interface DataSourceOptions extends TrustFiles {
  readonly url: string;
  readonly poolSize: number;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  /** Explicit and ordered; globs would load whatever lies in a folder. */
  readonly migrations: readonly (new () => MigrationInterface)[];
}

/** Milliseconds. Nothing inside a transaction waits for the world, so this is met by hung processes only. */
const LONGEST_HANG = 60_000;

/** A data source that never changes a schema by itself. */
export function createDataSource(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    entities: [...options.entities] as never[],
    migrations: [...options.migrations] as never[],
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize: options.poolSize,
    // What is asked for on one connection is sent at once, not after the answer before it.
    // A process that is suspended inside a transaction does not keep what it locked: Postgres ends the transaction.
    extra: { pipeline: true, idle_in_transaction_session_timeout: LONGEST_HANG },
    ...trusting(options),
  });
}

const MIGRATION_LOCK = 7_163_600_001;

/**
 * Runs pending migrations under a lock, so that replicas starting together run each of them once. Each is a transaction of
 * its own; the disk is waited for once, after the last.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runner.query('set synchronous_commit to off');
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    await executor.executePendingMigrations();
  } finally {
    await runner.query('reset synchronous_commit');
    await runner.query(flushSql);
    await runner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
}

/** Its commit waits until it, and all that was committed before it, is on the disk. */
const flushSql = `select pg_logical_emit_message(true, 'berth', 'migrated')`;
