import { createHash } from 'node:crypto';
import { kinds } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { expect } from '@jest/globals';
import { canariesContract } from './canaries.contract.js';
import { kubernetesWorld, never, untilAnswering } from './kubernetes-world.js';
import { type RuntimeHarness, runtimeContract } from './runtime.contract.js';
import { isRunning } from './is-running.js';
import { sessionsContract } from './sessions.contract.js';
import { tasksContract } from './tasks.contract.js';

const NAMESPACE = 'shop-staging-0123456789';
const digestOf = (name: string): string => `sha256:${createHash('sha256').update(name).digest('hex')}`;
const podOf = (instanceId: string) => instanceId.split('-').slice(-2).join('-');

async function start(): Promise<RuntimeHarness> {
  const world = await kubernetesWorld();
  const { runtime, direct, proxy } = world;
  return {
    runtime,
    replacesCanaries: true,
    good: digestOf,
    crashing: () => `sha256:${'dead'.repeat(16)}`,
    runs: isRunning,
    task: (ending) => `sha256:${{ succeeds: 'face', fails: 'fa11', hangs: 'b10c' }[ending].repeat(16)}`,
    kill: async (workloadId, instanceId) => {
      const selector = `berth.dev/workload=${workloadId}`;
      for await (const { items } of direct.pages(kinds.pod, never, { selector }))
        for (const pod of items.filter(({ metadata }) => metadata.name.endsWith(podOf(instanceId))))
          await direct.delete(pod, never);
    },
    loseMemory: async () => {
      await direct.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, never);
      const gone = async () => expect(await direct.get(kinds.namespace, NAMESPACE, never)).toBeNull();
      await eventually(gone, { within: 60_000 });
    },
    takeDown: async () => {
      proxy.break({ fault: { kind: 'cut' } });
      proxy.cutOpen();
      await eventually(() => expect(runtime.observe(NAMESPACE, never)).rejects.toThrow());
    },
    bringUp: async () => {
      proxy.heal();
      await untilAnswering(world);
    },
    close: world.close,
  };
}

runtimeContract('Kubernetes', start);
canariesContract('Kubernetes', start);
tasksContract('Kubernetes', start);
sessionsContract('Kubernetes', start, 'played');
