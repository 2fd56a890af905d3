import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { PostgresServer } from '@berth/local-postgres';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { pause } from '../clock.js';

export const serviceNames = ['user-management', 'deployment-management', 'build', 'metering'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Databases {
  urlOf(name: ServiceName | 'bus'): string;
  close(): Promise<void>;
}

export interface OpeningDatabases {
  /** PostgreSQL works in a process of its own, and this one may be busy with something else. */
  readonly working: Promise<void>;
  readonly opened: Promise<Databases>;
}

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
  const { url, port } = await server.start();
  try {
    await ensureDatabases(url, password);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const urlOf = (name: string) => `postgres://${databaseOf(name)}:${password}@127.0.0.1:${port}/${databaseOf(name)}`;
  const keeper = keepUp(server);
  return { urlOf, close: () => keeper.close() };
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

async function ensureDatabases(adminUrl: string, password: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    for (const name of [...serviceNames, 'bus']) await ensureDatabase(admin, databaseOf(name), password);
  } finally {
    await admin.end();
  }
}

/** The role owns its database and nothing else; nobody may connect to another's. */
async function ensureDatabase(admin: Client, name: string, password: string): Promise<void> {
  const found = await admin.query('select 1 from pg_database where datname = $1', [name]);
  if (found.rowCount) return;
  const identifier = escapeIdentifier(name);
  await admin.query(`drop role if exists ${identifier}`);
  await admin.query(`create role ${identifier} login password ${escapeLiteral(password)}`);
  await admin.query(`create database ${identifier} owner ${identifier}`);
  await admin.query(`revoke connect on database ${identifier} from public`);
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

async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // no such process
  return command.includes('postgres');
}
