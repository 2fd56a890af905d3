import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '@berth/local-postgres';

export interface TestPostgres {
  readonly url: string;
  /** Immediate shutdown, as after a crash. */
  crash(): Promise<void>;
  /** On the same port, with what was committed. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** A server of its own for a test that ends it. Commits survive a crash of the server, not of the machine. */
export async function startPostgres(more: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-eventing-postgres-'));
  // No vacuum by itself: a test counts transactions.
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200', autovacuum: 'off', ...more };
  const server = new PostgresServer({ folder, settings });
  const { url } = await server.start();
  return {
    url,
    crash: () => server.stop('SIGQUIT'),
    start: async () => void (await server.start()),
    remove: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
