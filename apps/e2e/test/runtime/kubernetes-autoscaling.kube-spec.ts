import { randomUUID } from 'node:crypto';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
const bounds = { min: 2, max: 5, cpuPercent: 50 };

interface Scaled extends KubeObject {
  readonly spec: { readonly replicas: number };
}

describe('autoscaling on Kubernetes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterAll(() => world.close());

  const workload = (scale: Partial<DesiredWorkload['processes'][0]>): DesiredWorkload => {
    const id = randomUUID();
    const web = { name: 'web', instances: 1, command: 'run', cpuMillicores: 100, memoryMib: 64, health, ...scale };
    return {
      ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
      ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
      release: {
        ...{ number: 1, hash: hash('a1'), configHash: hash('c1') },
        artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
      },
      ...{ environment: {}, processes: [web], hosts: [`${id}.example.com`] },
      ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
    };
  };
  const next = (from: DesiredWorkload, scale: Partial<DesiredWorkload['processes'][0]>): DesiredWorkload => ({
    ...{ ...from, generation: from.generation + 1 },
    processes: from.processes.map(({ autoscaling: _, ...process }) => ({ ...process, ...scale })),
  });
  const apply = async (desired: DesiredWorkload): Promise<DesiredWorkload> => {
    await world.runtime.apply(desired, never);
    return desired;
  };
  const ready = async ({ workloadId }: DesiredWorkload): Promise<number> =>
    (await world.runtime.observe(workloadId, never))?.instances.filter(({ state }) => state === 'ready').length ?? 0;
  const untilReady = (desired: DesiredWorkload, count: number) =>
    eventually(async () => expect(await ready(desired)).toBe(count), { within: 60_000 });
  const deployments = async ({ namespace }: DesiredWorkload): Promise<Scaled[]> => {
    const items: Scaled[] = [];
    for await (const page of world.direct.pages<Scaled>(kinds.deployment, never, { namespace }))
      items.push(...page.items);
    return items;
  };
  const autoscalers = async ({ namespace }: DesiredWorkload): Promise<number> => {
    let count = 0;
    for await (const page of world.direct.pages(kinds.horizontalPodAutoscaler, never, { namespace }))
      count += page.items.length;
    return count;
  };
  const isStated = async ({ workloadId, generation }: DesiredWorkload) =>
    expect((await world.runtime.observe(workloadId, never))?.observedGeneration).toBe(generation);

  it('begins with the least, follows the load within its bounds, and is not stated in return', async () => {
    const desired = await apply(workload({ instances: bounds.min, autoscaling: bounds }));
    await untilReady(desired, 2);
    await isStated(desired);
    await world.metrics.load(desired.workloadId, '95m');
    await untilReady(desired, 5);
    await isStated(desired);
    world.proxy.forget();
    await apply(desired);
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
    await world.metrics.load(desired.workloadId, '2m');
    await untilReady(desired, 2);
    await isStated(desired);
  }, 600_000);

  it('takes over from a count without an instance less, and gives it back', async () => {
    const counted = await apply(workload({ instances: 4 }));
    await untilReady(counted, 4);
    await world.metrics.load(counted.workloadId, '50m');
    const fewest: number[] = [];
    const scaled = await apply(next(counted, { instances: bounds.min, autoscaling: bounds }));
    for (let look = 0; look < 20; look++) {
      fewest.push((await deployments(scaled))[0]!.spec.replicas);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Math.min(...fewest)).toBe(4);
    await isStated(scaled);
    const again = await apply(next(scaled, { instances: 3 }));
    await untilReady(again, 3);
    await eventually(async () => expect(await autoscalers(again)).toBe(0));
    await isStated(again);
  }, 600_000);

  it('begins again after it was stopped', async () => {
    const desired = await apply(workload({ instances: bounds.min, autoscaling: bounds }));
    await untilReady(desired, 2);
    const stopped = await apply(next(desired, { instances: 0 }));
    await untilReady(stopped, 0);
    await eventually(async () => expect(await autoscalers(stopped)).toBe(0));
    const started = await apply(next(stopped, { instances: bounds.min, autoscaling: bounds }));
    await untilReady(started, 2);
  }, 600_000);

  it('is put back when somebody changes its bounds by hand', async () => {
    const desired = await apply(workload({ instances: bounds.min, autoscaling: bounds }));
    await untilReady(desired, 2);
    const items: KubeObject[] = [];
    for await (const page of world.direct.pages(kinds.horizontalPodAutoscaler, never, { namespace: desired.namespace }))
      items.push(...page.items);
    const path = `/apis/autoscaling/v2/namespaces/${desired.namespace}/horizontalpodautoscalers/${items[0]!.metadata.name}`;
    const body = { spec: { maxReplicas: 50 } };
    const contentType = 'application/merge-patch+json';
    const asked = { method: 'PATCH', path: `${path}?fieldManager=somebody`, body, contentType, signal: never } as const;
    await world.direct.transport.ask(asked);
    await eventually(() => expect(isStated(desired)).rejects.toThrow());
    await apply(desired);
    await isStated(desired);
  }, 600_000);
});
