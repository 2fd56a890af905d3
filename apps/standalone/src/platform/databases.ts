import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PostgresServer, type RunningPostgres } from '@berth/local-postgres';
import { escapeIdentifier, escapeLiteral, Pool, type PoolClient } from 'pg';
import { pause } from '../clock.js';
import { StartFailure } from '../failure.js';

export const serviceNames = ['user-management', 'deployment-management', 'build', 'metering'] as const;
export type ServiceName = (typeof serviceNames)[number];

export type DatabaseName = ServiceName | 'bus';

export interface Databases {
  urlOf(name: DatabaseName): string;
  /** Resolves when it can be connected to: on a first start it is still being made. */
  ready(name: DatabaseName): Promise<void>;
  close(): Promise<void>;
}

export interface OpeningDatabases {
  /** PostgreSQL works in a process of its own, and this one may be busy with something else. */
  readonly working: Promise<void>;
  readonly opened: Promise<Databases>;
}

/** Nobody starts without the bus; who has most to do comes next. */
const makingOrder: readonly DatabaseName[] = ['bus', 'deployment-management', 'user-management', 'metering', 'build'];

/** Another process's end cannot be awaited, only looked for. */
const POLL_MILLISECONDS = 20;
const RESTART_PAUSE_MILLISECONDS = 250;

const settings = {
  max_connections: '200',
  shared_buffers: '64MB',
  // The platform is one machine's: nobody replicates from it.
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** One real PostgreSQL server; a database and a role for each service, and one for the bus. */
export function openDatabases(folder: string, password: string): OpeningDatabases {
  const server = new PostgresServer({ folder, settings });
  return { working: server.working, opened: open(server, folder, password) };
}

async function open(server: PostgresServer, folder: string, password: string): Promise<Databases> {
  await endLeftover(folder);
  await removeLeftSockets(folder);
  const running = await server.start().catch((error: Error) => {
    throw new StartFailure(error.message, { cause: error });
  });
  const made = makeDatabases(running.url, password);
  const urlOf = (name: string) => urlAt(running, databaseOf(name), password);
  const keeper = keepUp(server);
  return { urlOf, ready: (name) => made[name], close: () => keeper.close() };
}

/** Role and database have one name. What names a host beside the address is what drivers connect to. */
function urlAt({ port, socketFolder }: RunningPostgres, name: string, password: string): string {
  const url = `postgres://${name}:${password}@127.0.0.1:${port}/${name}`;
  return socketFolder === undefined ? url : `${url}?host=${encodeURIComponent(socketFolder)}`;
}

/** A server that ends by itself is started again on its port: the services find it there and go on. */
function keepUp(server: PostgresServer): { close(): Promise<void> } {
  const closing = new AbortController();
  const keeping = (async () => {
    while (!closing.signal.aborted) {
      await server.ended();
      if (closing.signal.aborted) return;
      console.error('PostgreSQL ended by itself and is started again.');
      await server.start().catch((error: unknown) => console.error(error));
      await pause(RESTART_PAUSE_MILLISECONDS);
    }
  })();
  const close = async (): Promise<void> => {
    closing.abort();
    await server.stop();
    await keeping;
    // It may have been on its way up when it was asked to end.
    await server.stop();
  };
  return { close };
}

const databaseOf = (name: string): string => `berth_${name.replaceAll('-', '_')}`;

/** Makes those that are missing, as many at once as there are cores. */
function makeDatabases(adminUrl: string, password: string): Record<DatabaseName, Promise<void>> {
  const pool = new Pool({ connectionString: adminUrl, max: availableParallelism() });
  // Who waits for a database is told by its own query.
  pool.on('error', () => undefined).on('connect', (client) => client.on('error', () => undefined));
  const made = makingOrder.map((name) => [name, ensureDatabase(pool, databaseOf(name), password)] as const);
  void Promise.allSettled(made.map(([, each]) => each)).then(() => pool.end());
  return Object.fromEntries(made) as Record<DatabaseName, Promise<void>>;
}

/** The role owns its database and nothing else; nobody may connect to another's. */
async function ensureDatabase(pool: Pool, name: string, password: string): Promise<void> {
  const admin = await pool.connect();
  const identifier = escapeIdentifier(name);
  try {
    const sql = 'select datacl is not null as closed from pg_database where datname = $1';
    const [found] = (await admin.query<{ closed: boolean }>(sql, [name])).rows;
    if (!found) await makeDatabase(admin, identifier, escapeLiteral(password));
    // A start that was cut off may have come as far as the database.
    if (!found?.closed) await admin.query(`revoke connect on database ${identifier} from public`);
  } finally {
    admin.release();
  }
}

async function makeDatabase(admin: PoolClient, identifier: string, password: string): Promise<void> {
  await admin.query(`drop role if exists ${identifier}`);
  await admin.query(`create role ${identifier} login password ${password}`);
  await admin.query(`create database ${identifier} owner ${identifier}`);
}

/** A server that outlived a killed platform: we hold the folder's lock, so that it can only be ours. */
async function endLeftover(folder: string): Promise<void> {
  const pidFile = `${folder}/data/postmaster.pid`;
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  if (!(await isPostgres(pid))) return rm(pidFile);
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + 10_000;
  while (await isPostgres(pid)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGQUIT');
    await pause(POLL_MILLISECONDS);
  }
}

/** A server that was killed leaves its socket, under a port that no other will have. */
async function removeLeftSockets(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []); // not made yet
  for (const name of names) if (name.startsWith('.s.PGSQL.')) await rm(join(folder, name));
}

async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // no such process
  return command.includes('postgres');
}
