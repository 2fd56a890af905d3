import { createHash } from 'node:crypto';
import { MemoryRuntime } from '@berth/deployment-management';
import { type RuntimeHarness, runtimeContract } from './runtime.contract.js';
import { canariesContract } from './canaries.contract.js';
import { isRunning } from './is-running.js';
import { sessionsContract } from './sessions.contract.js';
import { tasksContract } from './tasks.contract.js';

const digestOf = (name: string): string => `sha256:${createHash('sha256').update(name).digest('hex')}`;

async function start(): Promise<RuntimeHarness> {
  let last = 0;
  // No two moments are the same: what happens later must be seen to be later.
  const runtime = new MemoryRuntime(() => new Date((last = Math.max(last + 1, Date.now()))));
  const trouble = { cause: 'crash_loop' as const, message: 'It ended with 1.', evidence: [] };
  runtime.behave(digestOf('crashing'), { kind: 'fails', trouble });
  runtime.tasks.behave(digestOf('task that fails'), { kind: 'ends', code: 3 });
  runtime.tasks.behave(digestOf('task that hangs'), { kind: 'hangs' });
  return {
    runtime,
    good: digestOf,
    crashing: () => digestOf('crashing'),
    runs: isRunning,
    task: (ending) => digestOf(`task that ${ending}`),
    kill: async (workloadId) => runtime.kill(workloadId, 'web'),
    loseMemory: async () => runtime.forget(),
    takeDown: async () => runtime.setDown(true),
    bringUp: async () => runtime.setDown(false),
    close: async () => undefined,
  };
}

runtimeContract('the fake world', start);
canariesContract('the fake world', start);
tasksContract('the fake world', start);
sessionsContract('the fake world', start, 'repeated');
