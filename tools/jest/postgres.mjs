import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Starts one real PostgreSQL for the run, unless TEST_POSTGRES_URL names one; test files find it in that variable. */
export async function postgres() {
  if (process.env.TEST_POSTGRES_URL) return undefined;
  const library = pathToFileURL(join(import.meta.dirname, '../../libs/local-postgres/dist/index.js'));
  const { PostgresServer } = await import(library.href);
  const server = new PostgresServer({
    folder: await mkdtemp(join(tmpdir(), 'berth-test-postgres-')),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  process.env.TEST_POSTGRES_URL = (await server.start()).url;
  return () => server.stop();
}
