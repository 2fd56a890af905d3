import { randomUUID } from 'node:crypto';
import type { KubernetesRuntime } from '@berth/deployment-management/kubernetes-runtime';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { kinds, type KindName } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const patient = { within: 60_000 };
const isOfGateway = (_: string, path: string) => path.includes('gateway.networking.k8s.io');

describe('routes on a cluster without the Gateway API', () => {
  let world: KubernetesWorld;
  let runtime: KubernetesRuntime;
  let later: KubernetesRuntime | undefined;
  beforeAll(async () => {
    world = await kubernetesWorld();
    world.proxy.break({ when: isOfGateway, fault: { kind: 'status', status: 404 } });
    runtime = world.also({ ingressClass: 'played' });
  }, 1_200_000);
  afterEach(() => {
    world.gateway.takesIngresses = true;
  });
  afterAll(async () => {
    await later?.close();
    await runtime.close();
    await world.close();
  });

  const id = randomUUID();
  const shop: DesiredWorkload = {
    ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
    ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
    release: {
      ...{ number: 1, hash: hash('a1'), configHash: hash('c1') },
      artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
    },
    environment: {},
    processes: [
      {
        ...{ name: 'web', instances: 1, command: 'run', cpuMillicores: 100, memoryMib: 64 },
        health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
      },
    ],
    hosts: [`${id}.example.com`],
    ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
  };
  const more = { ...shop, generation: 3, hosts: [...shop.hosts, `www.${id}.example.com`] };
  const accepted = async (by: KubernetesRuntime = runtime) =>
    (await by.observe(id, never))?.routes.map((each) => each.accepted);
  const isAccepted = (...each: boolean[]) => eventually(async () => expect(await accepted()).toEqual(each), patient);
  const countOf = async (name: KindName) => {
    let count = 0;
    for await (const { items } of world.direct.pages(kinds[name], never, { namespace: shop.namespace }))
      count += items.length;
    return count;
  };

  it('are Ingresses, which lead to a workload once their controller has taken them over', async () => {
    world.gateway.takesIngresses = false;
    await runtime.apply(shop, never);
    await eventually(async () => {
      const observed = await runtime.observe(id, never);
      expect(observed?.instances).toMatchObject([{ state: 'ready', routed: false }]);
    }, patient);
    expect(await accepted()).toEqual([false]);
    expect((await runtime.probe(shop.hosts[0]!, '/', never)).answered).toBe(false);
    world.gateway.takesIngresses = true;
    await world.gateway.takeOver();
    await isAccepted(true);
    expect(await runtime.probe(shop.hosts[0]!, '/', never)).toMatchObject({ answered: true, status: 200 });
    expect(await countOf('httpRoute')).toBe(0);
    expect(runtime.canaries).toBe('unsupported');
  });

  it('of a new host wait for the controller, while those before go on', async () => {
    world.gateway.takesIngresses = false;
    await runtime.apply(more, never);
    await isAccepted(true, false);
    world.gateway.takesIngresses = true;
    await world.gateway.takeOver();
    await isAccepted(true, true);
  });

  it('are stated once, and again when somebody deleted one', async () => {
    world.proxy.forget();
    await runtime.apply(more, never);
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
    for await (const { items } of world.direct.pages(kinds.ingress, never, { namespace: shop.namespace }))
      await world.direct.delete(items[0]!, never);
    await eventually(async () => expect((await runtime.observe(id, never))?.observedGeneration).toBe(2), patient);
    await runtime.apply(more, never);
    await isAccepted(true, true);
    expect((await runtime.observe(id, never))?.observedGeneration).toBe(3);
  });

  it('become HTTPRoutes when the Gateway API is there', async () => {
    world.proxy.heal();
    const next = (later = world.also({ ingressClass: 'played' }));
    await eventually(async () => expect((await next.observe(id, never))?.observedGeneration).toBe(2), patient);
    await next.apply(more, never);
    await eventually(async () => expect(await accepted(next)).toEqual([true, true]), patient);
    // A foreground deletion ends a moment later.
    await eventually(async () => expect(await countOf('ingress')).toBe(0), patient);
    expect(await countOf('httpRoute')).toBe(1);
  });
});
