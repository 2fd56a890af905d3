// Where both benchmarks play: a PostgreSQL server with Berth's own settings, and sides that are ended whatever happens.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '@berth/local-postgres';
import { Client } from 'pg';
import { check } from '../support/check.mjs';
import { startSide } from './side.mjs';

export const LOAD = { rate: 1_000, seconds: 5 };
const WARM_UP = { rate: 1_000, seconds: 2 };

const settings = { shared_buffers: '64MB', max_connections: '200', wal_level: 'minimal', max_wal_senders: '0' };
export const effectTable =
  'create table effect (seq bigint generated always as identity primary key, id uuid, subject text, version int)';

/** Calls `play` with databases of these names and a function that starts sides. */
export async function onStage(databases, play) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-eventing-'));
  const server = new PostgresServer({ folder, settings });
  const sides = [];
  try {
    const { url, socketFolder } = await server.start();
    const host = socketFolder === undefined ? '' : `?host=${encodeURIComponent(socketFolder)}`;
    const urlOf = (database) => Object.assign(new URL(url), { pathname: `/${database}`, search: host }).href;
    await execute(
      url,
      databases.map((database) => `create database ${database}`),
    );
    const start = async (options) => {
      const side = await startSide(options);
      sides.push(side);
      return side;
    };
    return await play({ urls: Object.fromEntries(databases.map((name) => [name, urlOf(name)])), start });
  } finally {
    await Promise.all(sides.map((side) => side.end()));
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export async function execute(url, statements) {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** A first load for each, not measured: connections and plans are made, code is compiled. */
export async function warmUp(sides) {
  for (const side of [...sides, ...sides]) await side.measure(WARM_UP);
}

/** Every event once, and of each aggregate in order. */
export function checkEffects(rows, rounds) {
  const count = 2 * WARM_UP.rate * WARM_UP.seconds + rounds * LOAD.rate * LOAD.seconds;
  check(rows.length === count, `${rows.length} effects in the table, ${count} events`);
  const versions = new Map();
  for (const { subject, version } of rows) {
    check(version === (versions.get(subject) ?? 0) + 1, `version ${version} of ${subject} out of order`);
    versions.set(subject, version);
  }
}
