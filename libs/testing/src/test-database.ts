import { createHash, randomBytes } from 'node:crypto';
import { createDataSource, Database, migrate } from '@berth/service-kit';
import { Client, escapeLiteral } from 'pg';
import type { EntityTarget, MigrationInterface, ObjectLiteral } from 'typeorm';

export interface TestDatabase {
  /** URL of a database of its own, as the role that owns it and nothing else: policies bind it. */
  readonly url: string;
  /** Superuser URL of the server. */
  readonly adminUrl: string;
  readonly name: string;
  readonly database: Database;
  /** Ends every connection and drops the database. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly migrations?: readonly (new () => MigrationInterface)[];
  readonly entities?: readonly EntityTarget<ObjectLiteral>[];
}

/**
 * A database of its own for a test file: cloned from a template that is migrated once per run and server.
 * The server is the one that the test run started, or the one named by TEST_POSTGRES_URL.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const adminUrl = process.env['TEST_POSTGRES_URL'];
  if (!adminUrl)
    throw new Error('TEST_POSTGRES_URL is not set: run tests through "npm run jest", which starts PostgreSQL.');
  const name = `t_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await ensureOwner(admin, adminUrl);
    const template = await ensureTemplate(admin, adminUrl, options.migrations ?? []);
    await admin.query(`create database ${name} template ${template} owner ${OWNER}`);
  });
  const url = urlOf(adminUrl, name);
  const database = new Database(await createDataSource(dataSourceOptions(url, options)).initialize());
  return { url, adminUrl, name, database, drop: () => drop(adminUrl, name, database) };
}

/** Template creation and cloning share a lock: Postgres cannot clone a database that somebody is connected to. */
const TEMPLATE_LOCK = 7_163_600_002;

const OWNER = 'berth_test';

/** With the password of the administrator, which every process of a run knows. */
async function ensureOwner(admin: Client, adminUrl: string): Promise<void> {
  const found = await admin.query('select 1 from pg_roles where rolname = $1', [OWNER]);
  const verb = found.rowCount ? 'alter' : 'create';
  await admin.query(`${verb} role ${OWNER} login password ${escapeLiteral(passwordOf(adminUrl))}`);
}

async function ensureTemplate(
  admin: Client,
  adminUrl: string,
  migrations: NonNullable<TestDatabaseOptions['migrations']>,
): Promise<string> {
  const text = [OWNER, ...migrations.map((each) => `${each.name}${each.toString()}`)].join('\n');
  const template = `tpl_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  const found = await admin.query('select 1 from pg_database where datname = $1', [template]);
  if (found.rowCount) return template;
  const draft = `${template}_${randomBytes(3).toString('hex')}`;
  await admin.query(`create database ${draft} owner ${OWNER}`);
  const source = await createDataSource(dataSourceOptions(urlOf(adminUrl, draft), { migrations })).initialize();
  await migrate(source);
  await source.destroy();
  await admin.query(`alter database ${draft} rename to ${template}`);
  return template;
}

const dataSourceOptions = (url: string, options: TestDatabaseOptions) => ({
  url,
  poolSize: 10,
  entities: options.entities ?? [],
  migrations: options.migrations ?? [],
});

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password);

const urlOf = (adminUrl: string, database: string): string =>
  Object.assign(new URL(adminUrl), { pathname: `/${database}`, username: OWNER }).href;

async function drop(adminUrl: string, name: string, database: Database): Promise<void> {
  if (database.dataSource.isInitialized) await database.dataSource.destroy();
  await asAdmin(adminUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`));
}

async function asAdmin<Result>(url: string, work: (admin: Client) => Promise<Result>): Promise<Result> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
