import { PostgresServer } from '@berth/local-postgres';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

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

/** Makes an empty database; answers its URL. */
export async function createDatabase(serverUrl, name) {
  await withClient(serverUrl, (client) => client.query(`create database ${name}`));
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
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
