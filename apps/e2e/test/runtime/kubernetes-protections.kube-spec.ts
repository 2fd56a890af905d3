import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import type { KubernetesRuntime } from '@berth/deployment-management/kubernetes-runtime';
import { type Kind, kindOf, kinds, type KubeObject, pathOf } from '@berth/kubernetes';
import { eventually, type SeenRequest } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';
import { type LoginsSecret, makeDoors, type Middleware, removeClasses, usersIn } from './played-traefik.js';
import { hash, shopAs } from './shop.js';

const patient = { within: 60_000 };
const passwordHash = `$2b$10$${'a'.repeat(53)}`;
const logins = (version: string, ...names: string[]) => ({
  ...{ version: version.padEnd(16, '0'), known: names.map((username) => ({ username, passwordHash })) },
});
const allow = ['198.51.100.0/24', '2001:db8::/32'];
const isWrite = ({ method }: SeenRequest) => method !== 'GET';

interface Route extends KubeObject {
  readonly spec: {
    readonly rules: readonly { readonly filters?: readonly object[]; readonly backendRefs: object[] }[];
  };
}

describe('a protection on Kubernetes', () => {
  let world: KubernetesWorld;
  const others: KubernetesRuntime[] = [];
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterEach(async () => {
    world.proxy.heal();
    await world.gateway.resume();
    await Promise.all(others.splice(0).map((each) => each.close()));
  });
  afterAll(() => world.close());

  const list = async <Item extends KubeObject>(kind: Kind, { namespace }: DesiredWorkload): Promise<Item[]> => {
    const items: Item[] = [];
    for await (const page of world.direct.pages<Item>(kind, never, { namespace })) items.push(...page.items);
    return items;
  };
  const secretsOf = async (shop: DesiredWorkload) =>
    (await list<LoginsSecret>(kinds.secret, shop)).filter(({ metadata }) => metadata.name.startsWith('login-'));
  const partsOf = async (shop: DesiredWorkload) => [
    ...(await list<Middleware>(kinds.middleware, shop)),
    ...(await secretsOf(shop)),
  ];
  const patch = (object: KubeObject, body: object) =>
    world.direct.transport.ask({
      path: `${pathOf(kindOf(object), object.metadata.namespace, object.metadata.name)}?fieldManager=somebody`,
      ...{ method: 'PATCH', body, contentType: 'application/merge-patch+json', signal: never },
    });
  const observed = async (shop: DesiredWorkload, by = world.runtime) =>
    (await by.observe(shop.workloadId, never)) as ObservedWorkload;
  /** As deployment-management does it: looks, and states again what does not hold. */
  const until = (shop: DesiredWorkload, check: () => Promise<void>, by = world.runtime) =>
    eventually(async () => {
      if ((await by.observe(shop.workloadId, never))?.observedGeneration !== shop.generation)
        await by.apply(shop, never);
      expect(await observed(shop, by)).toMatchObject({
        ...{ observedGeneration: shop.generation, instances: [{ state: 'ready' }] },
      });
      await check();
    }, patient);
  const status = (host: string, user?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { host, ...(user && { authorization: `Basic ${Buffer.from(`${user}:x`).toString('base64')}` }) };
      request(world.gatewayUrl, { headers, agent: false }, (response) => resolve(response.resume().statusCode ?? 0))
        .once('error', reject)
        .end();
    });
  const answers = async ({ hosts }: DesiredWorkload, expected: number, user?: string) =>
    expect(await Promise.all(hosts.map((host) => status(host, user)))).toEqual(hosts.map(() => expected));
  /** Serves whoever asks. */
  const open = async (): Promise<DesiredWorkload> => {
    const shop = shopAs(randomUUID());
    await until(shop, () => answers(shop, 200));
    return shop;
  };
  const closed = async (): Promise<DesiredWorkload> => {
    const shop = { ...shopAs(randomUUID()), protection: { allow, logins: logins('1', 'ann') } };
    await until(shop, () => answers(shop, 403));
    return shop;
  };

  it('is there before any route names it, and asks on all hosts and paths', async () => {
    const before = await open();
    const paths = [{ host: 'shared.example.com', path: '/api' }];
    const hosts = [...before.hosts, `www.${before.workloadId}.example.com`];
    const shop = { ...before, generation: 3, hosts, paths, protection: { logins: logins('1', 'ann', 'ben') } };
    world.proxy.forget();
    await until(shop, () => answers(shop, 401));
    const written = world.proxy.seen.filter(isWrite).map(({ path }) => path.split('?')[0]?.split('/') ?? []);
    const kindsWritten = written.map((parts) => `${parts.at(-2)} ${parts.at(-1)?.replace(/-.*$/, '')}`);
    const doors = kindsWritten.findIndex((each) => each.startsWith('httproutes'));
    const parts = ['middlewares login', 'secrets login', 'middlewares chain'];
    expect(kindsWritten.slice(0, doors)).toEqual(expect.arrayContaining(parts));
    expect(kindsWritten.slice(doors).filter((each) => !each.startsWith('httproutes'))).toEqual([]);
    const routes = await list<Route>(kinds.httpRoute, shop);
    expect(routes.map(({ spec }) => spec.rules.map(({ filters }) => filters?.length))).toEqual([[1], [1], [1]]);
    await answers(shop, 200, 'ben');
    await answers(shop, 401, 'eve');
  });

  it('holds names and hashes in one Secret, and nothing of them anywhere else', async () => {
    const shop = await closed();
    const [secret, ...more] = await secretsOf(shop);
    expect([usersIn(secret!), more]).toEqual([[`ann:${passwordHash}`], []]);
    const elsewhere = [kinds.configMap, kinds.middleware, kinds.httpRoute, kinds.deployment];
    for (const kind of elsewhere) expect(JSON.stringify(await list(kind, shop))).not.toMatch(/\$2b\$|"ann"/);
    const [chain] = (await list<Middleware>(kinds.middleware, shop)).filter(({ spec }) => spec.chain);
    expect(chain?.spec.chain?.middlewares.map(({ name }) => name.split('-')[0])).toEqual(['allow', 'login']);
  });

  it('changes whom it knows without another route, and asks the cluster nothing when it is stated again', async () => {
    const before = await closed();
    const shop = { ...before, generation: 3, protection: { ...before.protection, logins: logins('2', 'ben') } };
    world.proxy.forget();
    await until(shop, async () => expect(usersIn((await secretsOf(shop))[0]!)).toEqual([`ben:${passwordHash}`]));
    expect(world.proxy.seen.filter((each) => isWrite(each) && each.path.includes('httproutes'))).toEqual([]);
    world.proxy.forget();
    await world.runtime.apply(shop, never);
    expect(world.proxy.seen.filter(({ path }) => !path.includes('watch=true'))).toEqual([]);
  });

  it.each(['allow', 'login', 'chain', 'secret'])(
    'is stated again when somebody edits or deletes its %s',
    async (part) => {
      const shop = await closed();
      const find = async () => {
        const all = part === 'secret' ? await secretsOf(shop) : await list(kinds.middleware, shop);
        return all.find(({ metadata }) => part === 'secret' || metadata.name.startsWith(part)) as KubeObject;
      };
      const edits: Record<string, object> = {
        allow: { spec: { ipAllowList: { sourceRange: ['0.0.0.0/0'] } } },
        login: { spec: { basicAuth: { secret: 'another' } } },
        chain: { spec: { chain: { middlewares: [] } } },
        secret: { data: { users: Buffer.from('eve:').toString('base64') } },
      };
      const contents = ({ metadata: _, ...rest }: KubeObject) => rest;
      const before = await find();
      const isNoticed = () =>
        eventually(async () => expect((await observed(shop)).observedGeneration).toBe(shop.generation - 1), patient);
      await patch(before, edits[part]!);
      await isNoticed();
      await until(shop, async () => expect(contents(await find())).toEqual(contents(before)));
      await world.direct.delete(before, never);
      await isNoticed();
      await until(shop, async () => expect(contents(await find())).toEqual(contents(before)));
    },
  );

  it('goes when the gateway leads by routes without it, and not before', async () => {
    const { protection: _, ...before } = await closed();
    const shop = { ...before, generation: 3 };
    world.gateway.takesRoutes = false;
    world.proxy.forget();
    await until(shop, async () => {
      const routes = await list<Route>(kinds.httpRoute, shop);
      expect(routes.map(({ spec }) => spec.rules[0]?.filters)).toEqual([undefined]);
    });
    expect((await partsOf(shop)).map(({ kind }) => kind).sort()).toEqual([...Array(3).fill('Middleware'), 'Secret']);
    await world.gateway.resume();
    await until(shop, async () => {
      expect(await partsOf(shop)).toEqual([]);
      await answers(shop, 200);
    });
    const written = world.proxy.seen.filter(isWrite).map(({ method, path }) => `${method} ${path}`);
    const last = written.findLastIndex((each) => /^PATCH .*httproutes/.test(each));
    const first = written.findIndex((each) => /^DELETE .*(middlewares|secrets)/.test(each));
    expect(first).toBeGreaterThan(last);
  });

  it('loses a part when what names the parts has, while the rest goes on asking', async () => {
    const before = await closed();
    const shop = { ...before, generation: 3, protection: { logins: logins('1', 'ann') } };
    await until(shop, async () => {
      const names = (await list(kinds.middleware, shop)).map(({ metadata }) => metadata.name.split('-')[0]);
      expect(names.sort()).toEqual(['chain', 'login']);
      await answers(shop, 401);
    });
  });

  it('stands before a canary, too', async () => {
    const before = await closed();
    const release = { ...before.release, number: 2, hash: hash('a2'), configHash: hash('c2') };
    const canary = { release, environment: {}, restartToken: 'token.v2', process: before.processes[0]!, weight: 100 };
    const shop = { ...before, generation: 3, canary };
    await eventually(async () => {
      await world.runtime.apply(shop, never);
      expect(await observed(shop)).toMatchObject({ observedGeneration: 3, canaryWeight: 100 });
      await answers(shop, 403);
    }, patient);
    const [route] = await list<Route>(kinds.httpRoute, shop);
    const [rule] = route!.spec.rules;
    expect([rule?.filters?.length, rule?.backendRefs.length]).toEqual([1, 2]);
  });

  it('that cannot be stated leaves no route to what it is for', async () => {
    const shop = { ...shopAs(randomUUID()), protection: { logins: logins('1', 'ann') } };
    world.proxy.break({
      when: (method, path) => method === 'PATCH' && path.includes('middlewares/chain-'),
      fault: { kind: 'status', status: 500 },
    });
    await expect(world.runtime.apply(shop, never)).rejects.toThrow();
    expect(await list(kinds.httpRoute, shop)).toEqual([]);
    world.proxy.heal();
    await until(shop, () => answers(shop, 401));
  });

  describe('is refused, with nothing changed,', () => {
    const refused = async (said: RegExp, runtime: KubernetesRuntime = world.runtime) => {
      const shop = await open();
      // Its own look at the cluster must have been a whole one.
      await eventually(async () => expect((await observed(shop, runtime)).observedGeneration).toBe(2), patient);
      const next = { ...shop, generation: 3, protection: { allow } };
      await eventually(async () => expect(await runtime.refusalOfProtection(never)).toMatch(said), patient);
      await expect(runtime.apply(next, never)).rejects.toThrow(/^Nobody can be kept out: /);
      expect(await partsOf(shop)).toEqual([]);
      await answers(shop, 200);
    };
    const also = (settings: Parameters<KubernetesWorld['also']>[0] = {}) => {
      const runtime = world.also(settings);
      others.push(runtime);
      return runtime;
    };
    afterEach(() => makeDoors(world.direct));

    it('where the gateway is not Traefik', async () => {
      await makeDoors(world.direct, 'example.com');
      await refused(/^Gateway gateway\/public belongs to example\.com\/gateway-controller \(class played\)/);
    });

    it('where the gateway, or its class, is not there', async () => {
      await removeClasses(world.direct);
      await refused(/^Gateway gateway\/public is not there, or its class is not\.$/);
    });

    it('where the platform may not see of which class the gateway is', async () => {
      world.proxy.break({
        when: (_, path) => path.includes('/gatewayclasses/'),
        fault: { kind: 'status', status: 403 },
      });
      await refused(/^the platform may not see of which class Gateway gateway\/public is\.$/);
    });

    it.each([403, 404])('where what Traefik is told by answers %d', async (answer) => {
      world.proxy.break({
        when: (_, path) => path.includes('traefik.io'),
        fault: { kind: 'status', status: answer },
      });
      await refused(/^it serves no Middleware of traefik\.io\/v1alpha1 that the platform may see\.$/, also());
    });

    it('where the class of Ingresses is not of Traefik', async () => {
      await makeDoors(world.direct, 'example.com');
      world.proxy.break({
        when: (_, path) => path.includes('gateway.networking.k8s.io'),
        fault: { kind: 'status', status: 404 },
      });
      const runtime = also({ ingressClass: 'played' });
      await eventually(async () => {
        const said = await runtime.refusalOfProtection(never);
        expect(said).toMatch(/^the class played of Ingresses belongs to example\.com\/ingress-controller/);
      }, patient);
    });
  });

  it('is named by Ingresses where there is no Gateway API, and goes with their last word of it', async () => {
    world.proxy.break({
      when: (_, path) => path.includes('gateway.networking.k8s.io'),
      fault: { kind: 'status', status: 404 },
    });
    const runtime = world.also({ ingressClass: 'played' });
    others.push(runtime);
    const first = { ...shopAs(randomUUID()), protection: { allow, logins: logins('1', 'ann') } };
    await until(first, () => answers(first, 403), runtime);
    const shop = { ...first, generation: 3, protection: { logins: logins('1', 'ann') } };
    await until(shop, () => answers(shop, 401), runtime);
    await answers(shop, 200, 'ann');
    const { protection: _, ...rest } = shop;
    const after = { ...rest, generation: 4 };
    const isOpen = async () => {
      await answers(after, 200);
      expect(await partsOf(after)).toEqual([]);
    };
    await until(after, isOpen, runtime);
  });
});
