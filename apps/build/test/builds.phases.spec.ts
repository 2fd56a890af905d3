import { createServer, type Server, type Socket } from 'node:net';
import { listProcesses } from '../src/execution/process-table.js';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { temporaryFolder } from './support/folders.js';
import { type Deployment, Platform } from './support/platform.js';
import { Repository } from './support/repository.js';

let platform: Platform;
let silent: Server;
let silentUrl: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  platform = await Platform.start({ BUILD_CONCURRENCY: '1', ALLOW_PRIVATE_ADDRESSES: 'true' });
  silent = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentUrl = `https://127.0.0.1:${(silent.address() as { port: number }).port}/a.git`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await platform.close();
});

const building = async (command: string): Promise<string> => {
  const files = { Procfile: 'web: ./run', 'berth.yaml': JSON.stringify({ build: { command } }) };
  return (await Repository.create(await temporaryFolder(), files)).url;
};
/** Git programs of ours that talk to the silent host. */
const fetching = (): number[] =>
  listProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => commandLine(pid).includes(silentUrl));
const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

describe('cancelling', () => {
  it('a build that waits for a slot ends it before it begins', async () => {
    const running = await platform.request({ url: await building('sleep 600') });
    await platform.status(running, 'building');
    const waiting = await platform.request({ url: await building('true') });
    await platform.status(waiting, 'queued');
    await platform.cancel(waiting);
    expect(await platform.ended(waiting)).toMatchObject({ status: 'cancelled', startedAt: null });
    await platform.event(waiting, 'build.cancelled');
    expect(platform.typesOf(waiting)).toEqual(['build.cancelled']);
    await platform.cancel(running);
    expect((await platform.ended(running)).status).toBe('cancelled');
    const next = await platform.request({ url: await building('true') });
    expect((await platform.ended(next)).status).toBe('succeeded');
    expect((await platform.ended(waiting)).status).toBe('cancelled');
  });

  it('a build whose source comes slowly ends git', async () => {
    const deployment = await platform.request({ url: silentUrl });
    await eventually(() => expect(fetching().length).toBeGreaterThan(0));
    await platform.cancel(deployment);
    expect(await platform.ended(deployment)).toMatchObject({ status: 'cancelled', commit: null });
    await eventually(() => expect(fetching()).toEqual([]));
  });
});

describe('the deadline', () => {
  /** In seconds since the start of the build. */
  const deadlinesOf = async ({ buildId }: Deployment): Promise<number[]> => {
    const rows = await platform.service.database.query<{ seconds: number }>(
      `select extract(epoch from at - started_at)::float8 as seconds from work_deadline join build on key = id::text
        where id = $1`,
      [buildId],
    );
    return rows.map(({ seconds }) => seconds);
  };

  it('ends a build whose source never comes', async () => {
    const deployment = await platform.request({ url: silentUrl, deadlineSeconds: 1 });
    expect((await platform.ended(deployment)).failure?.cause).toBe('timeout');
    await eventually(() => expect(fetching()).toEqual([]));
  });

  it('counts from the start of a build, not from its place in the queue', async () => {
    const running = await platform.request({ url: await building('sleep 600') });
    await platform.status(running, 'building');
    const waiting = await platform.request({ url: await building('sleep 600'), deadlineSeconds: 1_000 });
    await platform.status(waiting, 'queued');
    expect(await deadlinesOf(waiting)).toEqual([]);
    await platform.cancel(running);
    await platform.status(waiting, 'building');
    const [afterStart] = await deadlinesOf(waiting);
    expect(afterStart).toBeGreaterThanOrEqual(1_000);
    expect(afterStart).toBeLessThan(1_060);
    await platform.cancel(waiting);
    await platform.ended(waiting);
  });

  it('is forgotten when the build ends by itself', async () => {
    const deployment = await platform.request({ url: await building('true'), deadlineSeconds: 120 });
    expect((await platform.ended(deployment)).status).toBe('succeeded');
    expect(await deadlinesOf(deployment)).toEqual([]);
  });
});
