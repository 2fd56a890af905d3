import { existsSync, mkdtempSync, readdirSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startAgent } from '@berth/agent';
import { MemoryRuntime, ProcessRuntime } from '@berth/deployment-management';
import type { DesiredFile } from '@berth/contracts/runtime';
import { createLogger } from '@berth/service-kit';
import { expect } from '@jest/globals';
import { type FilesHarness, filesContract } from './files.contract.js';
import { SlugShelf } from './slug-shelf.js';
import { TinyRouter } from './tiny-router.js';

const never = new AbortController().signal;
const told = (files: readonly DesiredFile[] | undefined) =>
  files ? Object.fromEntries(files.map(({ path, content }) => [path, content])) : null;

/** What was told is all that instances of the fake world can find. */
async function memory(): Promise<FilesHarness> {
  const runtime = new MemoryRuntime(() => new Date());
  return {
    ...{ runtime, artifact: `sha256:${'0'.repeat(64)}`, close: async () => undefined },
    found: async ({ workloadId }) => {
      const desired = runtime.applied.findLast((each) => each.workloadId === workloadId);
      const observed = await runtime.observe(workloadId);
      return (observed?.instances ?? []).map(() => told(desired?.files));
    },
    foundBy: async ({ taskId }) => told(runtime.tasks.started.find((each) => each.taskId === taskId)?.files),
  };
}

const look = `
  const { readdirSync, readFileSync, statSync } = require('node:fs');
  const { join, relative } = require('node:path');
  const top = process.env.BERTH_FILES;
  const below = (folder) => readdirSync(folder).map((name) => join(folder, name))
    .flatMap((path) => statSync(path).isDirectory() ? below(path) : [path]);
  const found = top ? Object.fromEntries(below(top).map((path) => [relative(top, path), readFileSync(path).toString('base64')])) : null;
  const said = JSON.stringify({ release: process.env.BERTH_RELEASE, top, found });`;
const web = `${look}
  const server = require('node:http').createServer((request, response) => response.end(said));
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeAllConnections(); });`;

interface Said {
  readonly release: string;
  readonly top?: string;
  readonly found: Record<string, string> | null;
}

/** The real agent with real processes, which say what they find. */
async function processes(): Promise<FilesHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-runtime-'));
  chmodSync(folder, 0o711);
  const socketPath = join(folder, 'agent.sock');
  const shelf = new SlugShelf();
  const router = new TinyRouter();
  const runtime = new ProcessRuntime(socketPath, await router.listen());
  const agent = await startAgent({
    ...{ folder: join(folder, 'agent'), socketPath, blobs: shelf.open, router, isolateUsers: false },
    logger: createLogger('agent', 'silent'),
    toolPath: dirname(process.execPath),
    tuning: { backoff: 200, settle: 300, hold: 300, sample: 200, workerReady: 300 },
  });
  const tops = new Set<string>();
  const ask = async (upstream: string): Promise<Said> => {
    const said = (await (await fetch(upstream)).json()) as Said;
    if (said.top) tops.add(said.top);
    return said;
  };
  return {
    runtime,
    artifact: shelf.add({ 'web.js': web, 'task.js': `${look} console.log(said);` }),
    found: async ({ hosts: [host = ''], generation }) => {
      const said = await Promise.all(router.upstreamsOf(host).map(ask));
      expect(said.map(({ release }) => release)).toEqual([`${generation}`, `${generation}`]);
      return said.map(({ found }) => found);
    },
    foundBy: async ({ workloadId }) => {
      for await (const { text } of runtime.logs(workloadId, { process: 'release', follow: false }, never)) {
        if (!text.startsWith('{')) continue;
        const { top = '', found } = JSON.parse(text) as Said;
        tops.add(top);
        return found;
      }
      return null;
    },
    close: async () => {
      await agent.close();
      await router.close();
      // What was written for instances is gone with them.
      expect(tops.size).toBeGreaterThan(0);
      expect([...tops].filter((top) => existsSync(top))).toEqual([]);
      expect(readdirSync(join(folder, 'agent', 'instances'))).toEqual([]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

filesContract('the fake world', memory);
filesContract('local processes', processes);
