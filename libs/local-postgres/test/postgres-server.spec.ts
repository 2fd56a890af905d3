import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { PostgresServer } from '../src/index.js';

/** Whoever this is, PostgreSQL needs no entry for them. */
const SOMEBODY = 61_234;
const isRoot = userInfo().uid === 0;

describe('a PostgreSQL server of its own', () => {
  let folder: string;
  let server: PostgresServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-local-postgres-'));
    await chmod(folder, 0o711);
    server = new PostgresServer({ folder: join(folder, 'postgres'), settings: { fsync: 'off' } });
    await server.start();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('says that it works before it can be used, on a new folder and on one that it knows', async () => {
    for (const name of ['new', 'new']) {
      const order: string[] = [];
      const starting = new PostgresServer({ folder: join(folder, name), settings: { fsync: 'off' } });
      void starting.working.then(() => order.push('works'));
      await starting.start().then(() => order.push('ready'));
      await starting.stop();
      expect(order).toEqual(['works', 'ready']);
    }
  });

  it('answers at its socket, however the folder is called', async () => {
    const starting = new PostgresServer({ folder: join(folder, `a, "b" c`), settings: { fsync: 'off' } });
    const { url, socketFolder } = await starting.start();
    const socket = Object.assign(new URL(url), {
      search: `?host=${encodeURIComponent(socketFolder!)}`,
      hostname: 'nowhere',
    });
    expect(await answerOf(socket.href)).toBe(1);
    await starting.stop();
    expect((await readdir(socketFolder!)).sort()).toEqual(['data', 'password']);
  });

  it('has no socket where its path would be too long for one, and answers all the same', async () => {
    const starting = new PostgresServer({ folder: join(folder, 'x'.repeat(90)), settings: { fsync: 'off' } });
    const { url, socketFolder } = await starting.start();
    expect(socketFolder).toBeUndefined();
    expect(await answerOf(url)).toBe(1);
    await starting.stop();
  });

  it('runs as the owner of its data, whoever that is by now', async () => {
    const data = join(folder, 'postgres/data');
    await server.stop();
    if (isRoot) execFileSync('chown', ['--recursive', String(SOMEBODY), data]);
    const { pid, url } = await server.start();
    const owner = isRoot ? SOMEBODY : userInfo().uid;
    expect(await userOf(pid)).toBe(owner);
    expect((await stat(join(data, 'postmaster.pid'))).uid).toBe(owner);
    expect(await answerOf(url)).toBe(1);
  });
});

async function userOf(pid: number): Promise<number> {
  return Number(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function answerOf(url: string): Promise<number | undefined> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ answer: number }>('select 1 as answer');
  await client.end();
  return rows[0]?.answer;
}
