import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from '../runtime/kubernetes-world.js';
import { hash, shopAs } from '../runtime/shop.js';
import { RealTraefik } from './real-traefik.js';

const patient = { within: 60_000 };
/** What Traefik says to whoever it lets in: nothing runs there, so that it has nobody to ask. */
const LET_IN = 503;
const HERE = ['127.0.0.0/8'];
const ELSEWHERE = ['198.51.100.0/24'];
const PASSWORD = 'open sesame';
const passwordHash = '$2b$10$h3M5J.1Ugnf6AJOniyUDEe0Juyq2RaAxOjnYG2G35hP5np7rVaGGO';

const logins = { version: '1'.padEnd(16, '0'), known: [{ username: 'ann', passwordHash }] };

describe('a protection behind Traefik itself', () => {
  let world: KubernetesWorld;
  let traefik: RealTraefik;
  beforeAll(async () => {
    world = await kubernetesWorld();
    traefik = await RealTraefik.start(world.direct, world.plane.kubeconfig);
  }, 1_800_000);
  afterEach(() => world.proxy.heal());
  afterAll(async () => {
    await traefik?.stop();
    await world.close();
  });

  /** Routed, with an image that cannot be had. */
  const shop = (): DesiredWorkload => {
    const { release, ...rest } = shopAs(randomUUID());
    const artifact = { kind: 'image' as const, digest: hash('0bad'), sizeBytes: 1 };
    const hosts = [...rest.hosts, `www.${rest.workloadId}.example.com`];
    return { ...rest, hosts, release: { ...release, artifact } };
  };
  const status = (host: string, user?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { host, ...(user && { authorization: `Basic ${Buffer.from(user).toString('base64')}` }) };
      request(traefik.url, { headers, agent: false }, (response) => resolve(response.resume().statusCode ?? 0))
        .once('error', reject)
        .end();
    });
  const answers = async ({ hosts }: DesiredWorkload, expected: number, user?: string) =>
    expect(await Promise.all(hosts.map((host) => status(host, user)))).toEqual(hosts.map(() => expected));
  const until = (desired: DesiredWorkload, expected: number, by = world.runtime) =>
    eventually(async () => {
      if ((await by.observe(desired.workloadId, never))?.observedGeneration !== desired.generation)
        await by.apply(desired, never);
      await answers(desired, expected);
    }, patient);
  const letsIn = (desired: DesiredWorkload, user?: string) => eventually(() => answers(desired, LET_IN, user), patient);

  const walkThrough = async (by = world.runtime) => {
    const open = shop();
    await until(open, LET_IN, by);
    const named = { ...open, generation: 3, protection: { logins } };
    await until(named, 401, by);
    await letsIn(named, `ann:${PASSWORD}`);
    await answers(named, 401, 'ann:another');
    await answers(named, 401, `eve:${PASSWORD}`);
    await until({ ...open, generation: 4, protection: { logins, allow: ELSEWHERE } }, 403, by);
    await answers(open, 403, `ann:${PASSWORD}`);
    const both = { ...open, generation: 5, protection: { logins, allow: HERE } };
    await until(both, 401, by);
    await letsIn(both, `ann:${PASSWORD}`);
    await until({ ...open, generation: 6, protection: { allow: HERE } }, LET_IN, by);
    await until({ ...open, generation: 7 }, LET_IN, by);
  };

  it('asks for passwords and keeps away who comes from elsewhere, on all hosts, by the Gateway API', () =>
    walkThrough());

  it('does so by Ingresses', async () => {
    world.proxy.break({
      when: (_, path) => path.includes('gateway.networking.k8s.io'),
      fault: { kind: 'status', status: 404 },
    });
    const runtime = world.also({ ingressClass: 'played' });
    await walkThrough(runtime);
    await runtime.close();
  });

  it('is there from the first moment of a route', async () => {
    const closed = { ...shop(), protection: { logins } };
    const seen = new Set<number>();
    const over = new AbortController();
    const asking = (async () => {
      while (!over.signal.aborted) seen.add(await status(closed.hosts[0]!));
    })();
    await until(closed, 401);
    over.abort();
    await asking;
    expect([...seen].sort()).toEqual([401, 404]);
  });
});
