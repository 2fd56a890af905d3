import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunningAgent, startAgent } from '@berth/agent';
import { ProcessRuntime } from '@berth/deployment-management';
import { createLogger } from '@berth/service-kit';
import { type RuntimeHarness, runtimeContract } from './runtime.contract.js';
import { canariesContract } from './canaries.contract.js';
import { isRunning } from './is-running.js';
import { sessionsContract } from './sessions.contract.js';
import { tasksContract } from './tasks.contract.js';
import { SlugShelf } from './slug-shelf.js';
import { TinyRouter } from './tiny-router.js';

const server = (name: string) => `
  const server = require('node:http').createServer((request, response) => response.end('${name} ' + process.pid));
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
  process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });`;
const files = (name: string) => ({ 'web.js': server(name), 'worker.js': 'setInterval(() => undefined, 1000);' });
const crash = `console.error('no database'); process.exit(1);`;

const tasks = {
  succeeds: `console.log('migrated ' + process.env.GREETING)`,
  fails: `console.error('no such table'); process.exit(3)`,
  hangs: `console.log('waiting'); setInterval(() => undefined, 1000)`,
};

/** The real agent with real processes; only the gateway is a small one of our own. */
async function start(): Promise<RuntimeHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-runtime-'));
  chmodSync(folder, 0o711);
  const socketPath = join(folder, 'agent.sock');
  const shelf = new SlugShelf();
  const router = new TinyRouter();
  const runtime = new ProcessRuntime(socketPath, await router.listen());
  const begin = (): Promise<RunningAgent> =>
    startAgent({
      ...{ folder: join(folder, 'agent'), socketPath, blobs: shelf.open, router, isolateUsers: false },
      logger: createLogger('agent', 'silent'),
      toolPath: dirname(process.execPath),
      tuning: { backoff: 200, settle: 300, hold: 300, sample: 200, workerReady: 300 },
    });
  let agent = await begin();
  return {
    runtime,
    good: (name) => shelf.add(files(name)),
    runs: isRunning,
    task: (ending) => shelf.add({ 'task.js': tasks[ending] }),
    crashing: () => shelf.add({ 'web.js': crash, 'worker.js': crash }),
    kill: async (workloadId) => {
      const answer = await fetch(await router.upstreamOf(`${workloadId}.localhost`));
      process.kill(Number((await answer.text()).split(' ')[1]), 'SIGKILL');
    },
    loseMemory: async () => {
      await agent.close();
      agent = await begin();
    },
    takeDown: () => agent.close(),
    bringUp: async () => void (agent = await begin()),
    close: async () => {
      await agent.close();
      await router.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

runtimeContract('local processes', start);
canariesContract('local processes', start);
tasksContract('local processes', start);
sessionsContract('local processes', start, 'run');
