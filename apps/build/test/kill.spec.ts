import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, fromSources } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listProcesses } from '../src/execution/process-table.js';
import { temporaryFolder } from './support/folders.js';
import { isRunning, toolPath } from './support/host.js';
import { type Deployment, Platform } from './support/platform.js';
import { Repository } from './support/repository.js';

let platform: Platform;
let folder: string;
let shared: string;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  shared = join(folder, 'shared');
  await mkdir(shared);
  await chmod(shared, 0o777);
  platform = await Platform.start({ ROLE: 'api' });
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await platform.close();
});

/** The real service in a process of its own, which can be killed. Always the same data folder, as after a restart. */
async function startWorker(): Promise<ChildProcess> {
  const main = join(import.meta.dirname, '../src/main.ts');
  const worker = spawn(process.execPath, fromSources(main), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ROLE: 'worker',
      DATABASE_URL: platform.service.databaseUrl,
      DATA_FOLDER: join(folder, 'worker'),
      BLOB_FOLDER: join(platform.folder, 'store'),
      ALLOW_LOCAL_SOURCES: 'true',
      TOOL_PATH: toolPath,
      BUILD_LEASE_SECONDS: '2',
      MIN_FREE_BYTES: '0',
      LOG_LEVEL: 'error',
      PATH: process.env['PATH'] ?? '',
    },
  });
  workers.push(worker);
  let said = '';
  worker.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(() => expect(said).toContain('"ready":true'), { within: 240_000 });
  return worker;
}

const kill = async (worker: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  worker.kill('SIGKILL');
  await gone;
};
const marked = ({ buildId }: Deployment): number[] =>
  listProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => environmentOf(pid).includes(`BERTH_BUILD=${buildId}`));
const environmentOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
};

describe('a platform that is killed', () => {
  it('while a build runs starts it over, once, and leaves no process behind', async () => {
    const script = `if [ -e ${shared}/second ]; then echo again; else touch ${shared}/second; sleep 600 & sleep 600; fi`;
    const { url } = await Repository.create(folder, {
      Procfile: 'web: ./run',
      'berth.yaml': JSON.stringify({ build: { command: script } }),
    });
    const first = await startWorker();
    const deployment = await platform.request({ url });
    await platform.status(deployment, 'building');
    const left = await eventually(() => {
      const pids = marked(deployment);
      expect(pids.length).toBeGreaterThan(1);
      expect(existsSync(join(shared, 'second'))).toBe(true);
      return pids;
    });
    await kill(first);
    const second = await startWorker();
    for (const pid of left) expect(isRunning(pid)).toBe(false);
    expect((await platform.ended(deployment)).status).toBe('succeeded');
    const log = await platform.log(deployment);
    expect(log).toContain('The build was cut off and starts over.');
    expect(log).toContain('again');
    await platform.event(deployment, 'build.succeeded');
    expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.succeeded']);
    await kill(second);
  }, 600_000);

  it('at any moment ends each build once, with an artifact that can be read', async () => {
    const { url } = await Repository.create(folder, {
      'package.json': '{"scripts":{"start":"node .","build":"node -e \\"setTimeout(() => 0, 150)\\""}}',
    });
    const like = await platform.request({ url });
    const deployments = [like];
    for (const moment of [40, 160, 320, 550]) {
      const worker = await startWorker();
      const settings = { variables: { MOMENT: String(moment) } };
      for (let index = 0; index < 2; index += 1) deployments.push(await platform.request({ url, like, settings }));
      await new Promise((resolve) => setTimeout(resolve, moment));
      await kill(worker);
    }
    const last = await startWorker();
    for (const deployment of deployments) {
      const found = await platform.ended(deployment);
      expect(found).toMatchObject({ status: 'succeeded', failure: null });
      await platform.event(deployment, 'build.succeeded');
      expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.succeeded']);
      expect(marked(deployment)).toEqual([]);
    }
    expect(await readdir(join(folder, 'worker/work'))).toEqual([]);
    expect(await readdir(join(folder, 'worker/ledger'))).toEqual([]);
    await kill(last);
  }, 300_000);

  it('past the deadline of a build says timeout within 5 s of its restart', async () => {
    const { url } = await Repository.create(folder, {
      Procfile: 'web: x',
      'berth.yaml': JSON.stringify({ build: { command: 'sleep 600' } }),
    });
    const first = await startWorker();
    const deployment = await platform.request({ url });
    await platform.status(deployment, 'building');
    await kill(first);
    const over = 'update work_deadline set at = now(), due_at = now() where key = $1';
    await platform.service.database.query(over, [deployment.buildId]);
    const second = await startWorker();
    expect(await platform.ended(deployment, 5_000)).toMatchObject({ status: 'failed', failure: { cause: 'timeout' } });
    await kill(second);
  }, 600_000);
});
