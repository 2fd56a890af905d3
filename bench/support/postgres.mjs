import { PostgresServer } from '@berth/local-postgres';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeLiteral } from 'pg';

/** Runs `work` on a PostgreSQL server of its own, with the settings a real one has: nothing is traded for speed. */
export async function withPostgres(work) {
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  const server = new PostgresServer({ folder, settings: { max_connections: '200' } });
  try {
    return await work(await server.start());
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const OWNER = 'berth_bench';

/** Makes an empty database; answers its URL, as a role that policies bind, like those of services. */
export async function createDatabase(serverUrl, name) {
  await withClient(serverUrl, async (client) => {
    await ensureOwner(client, decodeURIComponent(new URL(serverUrl).password));
    await client.query(`create database ${name} owner ${OWNER}`);
  });
  return Object.assign(new URL(serverUrl), { pathname: `/${name}`, username: OWNER }).href;
}

/** It may also vacuum, write a checkpoint and read files by COPY, as some benchmarks do. */
async function ensureOwner(client, password) {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [OWNER]);
  if (rowCount > 0) return;
  await client.query(`create role ${OWNER} login password ${escapeLiteral(password)}`);
  await client.query(`grant pg_checkpoint, pg_maintain, pg_read_server_files to ${OWNER}`);
}

export async function withClient(connectionString, work) {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
