import { randomUUID } from 'node:crypto';
import type { KubernetesRuntime } from '@berth/deployment-management/kubernetes-runtime';
import { type DesiredWorkload, type ObservedWorkload, serves } from '@berth/contracts/runtime';
import { kinds, type KindName } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';
import { hash, shopAs } from './shop.js';

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
  const shop = shopAs(id);
  let more: DesiredWorkload = { ...shop, generation: 3, hosts: [...shop.hosts, `www.${id}.example.com`] };
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
    // The gateway hears by a watch of its own that it has taken it over.
    await eventually(
      async () =>
        expect(await runtime.probe(shop.hosts[0]!, '/', never)).toMatchObject({ answered: true, status: 200 }),
      patient,
    );
    expect(await countOf('httpRoute')).toBe(0);
    expect(runtime.canaries).toBe('whole');
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

  it('of a path of a host are Ingresses beside it, with its prefix', async () => {
    const shared = { host: `www.${id}.example.com`, path: '/api' };
    const sharing = { ...more, generation: 4, paths: [shared], hosts: shop.hosts };
    await runtime.apply(sharing, never);
    await isAccepted(true, true);
    const answers = async () =>
      Promise.all(
        ['/', '/apis', '/api/v1'].map(async (path) => (await runtime.probe(shared.host, path, never)).answered),
      );
    await eventually(async () => expect(await answers()).toEqual([false, false, true]), patient);
    more = { ...more, generation: 5 };
    await runtime.apply(more, never);
    await isAccepted(true, true);
    await eventually(async () => expect(await answers()).toEqual([true, true, true]), patient);
  });

  it('are led to another release as a whole, and back, without the one before being touched', async () => {
    const versionOf = (number: number) => ({
      release: { ...shop.release, number, hash: hash(`a${number}`), configHash: hash(`c${number}`) },
      ...{ environment: {}, restartToken: `token.v${number}` },
    });
    let told = more;
    const state = (change: Partial<DesiredWorkload>) =>
      (told = { ...more, ...change, generation: told.generation + 1 });
    const until = (check: (seen: ObservedWorkload) => void) =>
      eventually(async () => {
        const seen = await runtime.observe(id, never);
        if (seen!.observedGeneration < told.generation) await runtime.apply(told, never);
        expect(seen!.observedGeneration).toBe(told.generation);
        check(seen!);
        return seen!;
      }, patient);
    const beside = (weight: number) => ({ ...versionOf(2), process: shop.processes[0]!, weight });
    const servingIn = ({ instances }: ObservedWorkload) => instances.filter(serves).map(({ release }) => release).sort(); // prettier-ignore
    const [former] = (await runtime.observe(id, never))!.instances;
    state({ canary: beside(0) });
    const apart = await until(({ instances }) => expect(instances.map((each) => each.state)).toEqual(['ready', 'ready'])); // prettier-ignore
    expect(servingIn(apart)).toEqual([1]);
    state({ canary: beside(100) });
    await until((seen) => expect([seen.canaryWeight, servingIn(seen)]).toEqual([100, [1, 2]]));
    expect(await runtime.probe(shop.hosts[0]!, '/', never)).toMatchObject({ answered: true });
    state({});
    const back = await until((seen) => {
      expect(seen.instances.map(({ id: name }) => name)).toEqual([former!.id]);
      expect(servingIn(seen)).toEqual([1]);
    });
    expect(back).not.toHaveProperty('canaryWeight');
    state({ canary: beside(100) });
    await until(({ canaryWeight }) => expect(canaryWeight).toBe(100));
    state(versionOf(2));
    await until((seen) => {
      expect(seen.instances.map(({ release }) => release)).toEqual([2]);
      expect(servingIn(seen)).toEqual([2]);
    });
    more = told;
  });

  it('become HTTPRoutes when the Gateway API is there', async () => {
    world.proxy.heal();
    const next = (later = world.also({ ingressClass: 'played' }));
    await eventually(
      async () => expect((await next.observe(id, never))?.observedGeneration).toBe(more.generation - 1),
      patient,
    );
    await next.apply(more, never);
    await eventually(async () => expect(await accepted(next)).toEqual([true, true]), patient);
    // A foreground deletion ends a moment later.
    await eventually(async () => expect(await countOf('ingress')).toBe(0), patient);
    expect(await countOf('httpRoute')).toBe(more.hosts.length);
  });
});
