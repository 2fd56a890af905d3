import { randomUUID } from 'node:crypto';
import { type DesiredWorkload, type ObservedWorkload, serves } from '@berth/contracts/runtime';
import type { Runtime } from '@berth/deployment-management';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

interface Route extends KubeObject {
  readonly spec: { readonly rules: readonly { readonly backendRefs: readonly { name: string; weight: number }[] }[] };
}

const mark = (hex: string): string => `sha256:${hex.padEnd(64, '0')}`;
const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
const web = (instances: number) => ({
  ...{ name: 'web', instances, command: 'node web.js', cpuMillicores: 100, memoryMib: 64, health },
});
const releaseOf = (number: number) => ({
  ...{ number, hash: mark(`a${number}`), configHash: mark(`c${number}`) },
  artifact: { kind: 'image' as const, digest: mark(`1${number}`), sizeBytes: 1 },
});
const versionOf = (number: number) => ({
  ...{ release: releaseOf(number), environment: { RELEASE: String(number) }, restartToken: `token.v${number}` },
});

/** One workload, and what it is to run, one generation after the other. */
class Shop {
  readonly id = randomUUID();
  private generation = 1;
  told: DesiredWorkload = this.rolling(1);

  private whole(number: number): DesiredWorkload {
    const { id } = this;
    return {
      ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
      ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: ++this.generation },
      ...versionOf(number),
      ...{ processes: [web(2)], hosts: [`${id}.example.com`], startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
    };
  }

  rolling(number: number): DesiredWorkload {
    return (this.told = this.whole(number));
  }

  /** `former` whole, and one instance (or as many as said) of another release, else the next one, with that weight. */
  sharing(former: number, weight: number, release = former + 1, instances = 1): DesiredWorkload {
    const canary = { ...versionOf(release), process: web(instances), weight };
    return (this.told = { ...this.whole(former), canary });
  }

  stopped(number: number): DesiredWorkload {
    return (this.told = { ...this.whole(number), processes: [web(0)] });
  }
}

describe('a canary on Kubernetes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterEach(async () => {
    world.proxy.heal();
    await world.gateway.resume();
  });
  afterAll(() => world.close());

  const list = async (kind: (typeof kinds)[keyof typeof kinds], { told }: Shop): Promise<KubeObject[]> => {
    const items: KubeObject[] = [];
    for await (const page of world.direct.pages(kind, never, { namespace: told.namespace })) items.push(...page.items);
    return items;
  };
  const weights = async (shop: Shop): Promise<number[]> => {
    const [route] = (await list(kinds.httpRoute, shop)) as Route[];
    return (route?.spec.rules ?? []).flatMap(({ backendRefs }) => backendRefs.map(({ weight }) => weight));
  };
  /** What only a canary has. */
  const own = async (shop: Shop): Promise<string[]> => {
    const all = [kinds.deployment, kinds.service, kinds.networkPolicy, kinds.podDisruptionBudget];
    const found = await Promise.all(all.map((kind) => list(kind, shop)));
    return found.flatMap((each, index) =>
      each.filter(({ metadata }) => metadata.name.includes('-canary-')).map(() => all[index]?.kind ?? ''),
    );
  };
  type Check = (seen: ObservedWorkload) => void | Promise<void>;
  /** One pass as deployment-management does it: looks, and states again what does not hold. */
  const look = async (shop: Shop, check: Check, runtime: Runtime): Promise<ObservedWorkload> => {
    const seen = await runtime.observe(shop.id, never);
    if (!seen || seen.observedGeneration < shop.told.generation) await runtime.apply(shop.told, never);
    expect(seen?.observedGeneration).toBe(shop.told.generation);
    await check(seen!);
    return seen!;
  };
  const until = (shop: Shop, check: Check, runtime: Runtime = world.runtime): Promise<ObservedWorkload> =>
    eventually(() => look(shop, check, runtime), { within: 120_000 });
  const servingIn = ({ instances }: ObservedWorkload): string[] =>
    instances
      .filter(serves)
      .map(({ release, processType }) => `v${release} ${processType}`)
      .sort();
  const idsOf = ({ instances }: ObservedWorkload, of: number): string[] =>
    instances
      .filter(({ release }) => release === of)
      .map(({ id }) => id)
      .sort();
  const serving = (shop: Shop, ...wanted: string[]) => until(shop, (seen) => expect(servingIn(seen)).toEqual(wanted));
  /** v1 serves, and v2 has its weight. */
  const shared = async (weight = 25, instances = 1): Promise<Shop> => {
    const shop = new Shop();
    await serving(shop, 'v1 web', 'v1 web');
    await shares(shop, 1, weight, instances);
    return shop;
  };
  const shares = async (shop: Shop, former: number, weight: number, instances = 1) => {
    shop.sharing(former, weight, former + 1, instances);
    const both = [...Array<string>(2).fill(`v${former} web`), ...Array<string>(instances).fill(`v${former + 1} web`)];
    await until(shop, (seen) => {
      expect(servingIn(seen)).toEqual(both.sort());
      expect(seen.canaryWeight).toBe(weight);
    });
  };
  const isWhole =
    (shop: Shop, number: number): Check =>
    async (seen) => {
      expect(servingIn(seen)).toEqual([`v${number} web`, `v${number} web`]);
      expect(await own(shop)).toEqual([]);
      expect(await weights(shop)).toEqual([1]);
    };

  it('has objects of its own, and asks the cluster nothing while nothing changes', async () => {
    const shop = await shared();
    expect(await own(shop)).toEqual(['Deployment', 'Service', 'NetworkPolicy']);
    expect(await weights(shop)).toEqual([75, 25]);
    world.proxy.forget();
    for (let pass = 0; pass < 20; pass++) {
      await world.runtime.apply(shop.told, never);
      expect(await world.runtime.observe(shop.id, never)).toMatchObject({ canaryWeight: 25 });
    }
    expect(world.proxy.seen.filter(({ path }) => !path.includes('watch=true'))).toEqual([]);
  });

  it('has its weight when the gateway has taken over the route as it is, and not before', async () => {
    const shop = await shared(10);
    world.gateway.takesRoutes = false;
    shop.sharing(1, 50);
    const waiting = await until(shop, async () => expect(await weights(shop)).toEqual([50, 50]));
    expect(waiting).not.toHaveProperty('canaryWeight');
    await world.gateway.resume();
    await until(shop, ({ canaryWeight }) => expect(canaryWeight).toBe(50));
  });

  it('that gets everything has it when the gateway says so; taken back, what served before was never touched', async () => {
    const shop = new Shop();
    const before = idsOf(await serving(shop, 'v1 web', 'v1 web'), 1);
    shop.sharing(1, 0, 2, 2);
    await until(shop, ({ instances }) => {
      expect(instances.map(({ release, state }) => `v${release} ${state}`).sort()).toEqual([
        ...['v1 ready', 'v1 ready', 'v2 ready', 'v2 ready'],
      ]);
    });
    world.gateway.takesRoutes = false;
    shop.sharing(1, 100, 2, 2);
    const slow = await until(shop, async () => expect(await weights(shop)).toEqual([0, 100]));
    expect(slow).not.toHaveProperty('canaryWeight');
    await world.gateway.resume();
    await until(shop, ({ canaryWeight }) => expect(canaryWeight).toBe(100));
    world.gateway.takesRoutes = false;
    shop.rolling(1);
    const back = await until(shop, async () => expect(await weights(shop)).toEqual([100, 0]));
    expect(back).toMatchObject({ canaryLeaves: true });
    await world.gateway.resume();
    expect(idsOf(await until(shop, isWhole(shop, 1)), 1)).toEqual(before);
  });

  it('that takes over keeps its weight until the workload’s own instances are of its release, and then leaves', async () => {
    const shop = await shared();
    world.gateway.takesRoutes = false;
    shop.rolling(2);
    await until(shop, async ({ instances }) => {
      expect(instances.map(({ release, state }) => `v${release} ${state}`)).toEqual(Array(3).fill('v2 ready'));
      expect(await weights(shop)).toEqual([100, 0]);
    });
    // Until the gateway says so it may still be sent requests.
    expect(await own(shop)).toEqual(['Deployment', 'Service', 'NetworkPolicy']);
    expect(await world.runtime.observe(shop.id, never)).toMatchObject({ canaryLeaves: true });
    await world.gateway.resume();
    await until(shop, isWhole(shop, 2));
    world.proxy.forget();
    await world.runtime.apply(shop.told, never);
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
  });

  it('that takes the place of another one begins when nobody is led to that any more', async () => {
    const shop = await shared();
    world.gateway.takesRoutes = false;
    shop.sharing(1, 0, 3);
    const waiting = await until(shop, async ({ instances }) => {
      expect(instances.map(({ release }) => release).sort()).toEqual([1, 1, 2]);
      expect(await weights(shop)).toEqual([100, 0]);
    });
    expect(waiting).toMatchObject({ canaryLeaves: true });
    expect(waiting).not.toHaveProperty('canaryWeight');
    // Looked at again and again, by whomever, it stays as it is.
    const other = world.also({});
    for (const runtime of [world.runtime, other, other])
      await until(shop, ({ instances }) => expect(instances.some(({ release }) => release === 3)).toBe(false), runtime);
    await other.close();
    await world.gateway.resume();
    const begun = await until(shop, ({ instances }) => {
      expect(instances.map(({ release, state }) => `v${release} ${state}`).sort()).toEqual([
        ...['v1 ready', 'v1 ready', 'v3 ready'],
      ]);
    });
    expect(begun).not.toHaveProperty('canaryLeaves');
    expect(servingIn(begun)).toEqual(['v1 web', 'v1 web']);
    shop.sharing(1, 25, 3);
    await until(shop, (seen) => {
      expect(servingIn(seen)).toEqual(['v1 web', 'v1 web', 'v3 web']);
      expect(seen.canaryWeight).toBe(25);
    });
  });

  it('of a workload that is stopped goes although the gateway takes nothing over', async () => {
    const shop = await shared();
    world.gateway.takesRoutes = false;
    shop.stopped(1);
    const seen = await until(shop, async ({ instances }) => {
      expect(instances).toEqual([]);
      expect(await own(shop)).toEqual([]);
    });
    expect(seen).not.toHaveProperty('canaryLeaves');
  });

  it('that is taken back gets no more requests, and what served before is untouched', async () => {
    const shop = await shared();
    const before = (await world.runtime.observe(shop.id, never))!;
    shop.rolling(1);
    expect(idsOf(await until(shop, isWhole(shop, 1)), 1)).toEqual(idsOf(before, 1));
  });

  it('that somebody deletes or edits comes back', async () => {
    const shop = await shared();
    const [made] = (await list(kinds.deployment, shop)).filter(({ metadata }) => metadata.name.includes('-canary-'));
    await world.direct.delete(made!, never);
    await until(shop, async (seen) => {
      expect(servingIn(seen)).toEqual(['v1 web', 'v1 web', 'v2 web']);
      const [again] = (await list(kinds.deployment, shop)).filter(
        ({ metadata }) => metadata.name === made!.metadata.name,
      );
      expect(again?.metadata.uid).not.toBe(made!.metadata.uid);
    });
  });

  it.each([
    ['takes over', 1, 25, 1],
    ['is taken back', 0, 25, 1],
    ['takes over from a whole release without requests', 1, 100, 2],
    ['gives all requests back to it', 0, 100, 2],
  ])('ends right when the platform dies after any write while it %s', async (_, isPromoted, weight, instances) => {
    const shop = await shared(weight, instances);
    let former = 1;
    let deaths = 0;
    for (let isDead = true; isDead; deaths++) {
      const life = { writes: deaths };
      isDead = false;
      world.proxy.break({
        when: (method) => method !== 'GET' && life.writes-- <= 0 && (isDead = true),
        fault: { kind: 'cut' },
      });
      former += isPromoted;
      shop.rolling(former);
      const check = isWhole(shop, former);
      const live = () =>
        look(shop, check, world.runtime).catch((error: unknown) => {
          if (!isDead) throw error;
        });
      await eventually(live, { within: 120_000 });
      world.proxy.heal();
      const next = world.also({});
      await until(shop, check, next);
      await next.close();
      if (isDead) await shares(shop, former, weight, instances);
    }
    // Each write on the way was the last one of somebody.
    expect(deaths).toBeGreaterThan(isPromoted ? 8 : 6);
  });
});
