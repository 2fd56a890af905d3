import { randomUUID } from 'node:crypto';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { kinds, type KubeObject, OURS } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

/** A tenth of what is to be shown, so that the tier stays short; `KUBE_WORKLOADS=1000` shows it. */
const WORKLOADS = Number(process.env['KUBE_WORKLOADS'] ?? 100);
const PER_ENVIRONMENT = 50;
const AT_ONCE = 16;

const mark = (hex: string): string => `sha256:${hex.padEnd(64, '0')}`;
const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };

const environments = Array.from({ length: WORKLOADS / PER_ENVIRONMENT }, () => randomUUID());

function workload(index: number): DesiredWorkload {
  const id = randomUUID();
  const environment = Math.floor(index / PER_ENVIRONMENT);
  const environmentId = environments[environment] ?? '';
  return {
    ...{ workloadId: id, organizationId: environmentId, projectId: environmentId, environmentId, appId: id },
    ...{ namespace: `many-${environment}`, name: `app-${index}`, generation: 2 },
    release: {
      ...{ number: 1, hash: mark('a1'), configHash: mark('c1') },
      artifact: { kind: 'image', digest: mark('1111'), sizeBytes: 1 },
    },
    environment: { GREETING: 'hello' },
    processes: [{ name: 'web', instances: 1, command: 'run', cpuMillicores: 50, memoryMib: 64, health }],
    hosts: [`${id}.example.com`],
    ...{ restartToken: 'token', startDeadlineSeconds: 60, stopDeadlineSeconds: 3 },
  };
}

const next = (desired: DesiredWorkload, number: number): DesiredWorkload => ({
  ...{ ...desired, generation: desired.generation + 1 },
  release: {
    ...desired.release,
    number,
    hash: mark(`a${number}`),
    artifact: { kind: 'image', digest: mark(`${number}111`), sizeBytes: 1 },
  },
});

/** Works through all of them, so many at once. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

describe(`${WORKLOADS} workloads`, () => {
  let world: KubernetesWorld;
  let all = Array.from({ length: WORKLOADS }, (_, index) => workload(index));
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterAll(() => world.close());

  const apply = (desired: DesiredWorkload) =>
    eventually(() => world.runtime.apply(desired, never), { within: 60_000, every: 200 });
  const allServe = () =>
    each(all, (desired) =>
      eventually(
        async () => {
          const observed = await world.runtime.observe(desired.workloadId, never);
          expect(observed).toMatchObject({ observedGeneration: desired.generation, trouble: null });
          expect(observed?.instances).toMatchObject([
            { state: 'ready', releaseHash: desired.release.hash, routed: true },
          ]);
        },
        { within: 180_000, every: 200 },
      ),
    );
  const ours = async (): Promise<KubeObject[]> => {
    const found: KubeObject[] = [];
    for (const kind of Object.values(kinds))
      for await (const { items } of world.direct.pages(kind, never, { selector: OURS })) found.push(...items);
    return found.filter(({ metadata }) => metadata.labels?.['berth.dev/workload'] !== undefined);
  };

  it('roll out', async () => {
    // One of each environment first, so that its walls are there.
    await each(
      all.filter((_, index) => index % PER_ENVIRONMENT === 0),
      apply,
    );
    await each(all, apply);
    await allServe();
  }, 400_000);

  it('ask the cluster nothing while nothing happens', async () => {
    await eventually(() =>
      expect(world.proxy.seen.filter(({ method }) => method === 'PATCH').length).toBeGreaterThan(WORKLOADS),
    );
    world.proxy.forget();
    await each(all, (desired) => world.runtime.apply(desired, never));
    await allServe();
    // A watch that the server ends in its own time is opened again.
    expect(world.proxy.seen.filter(({ path }) => !path.includes('watch=true'))).toEqual([]);
  }, 600_000);

  it('go to the next release, and back', async () => {
    all = all.map((desired) => next(desired, 2));
    await each(all, apply);
    await allServe();
    all = all.map((desired) => next(desired, 1));
    await each(all, apply);
    await allServe();
  }, 600_000);

  it('go without leaving anything, and without touching what is not theirs', async () => {
    const foreign: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace: 'many-0' },
    };
    const { metadata } = await world.direct.apply(foreign, never);
    await each(all, ({ workloadId }) => world.runtime.remove(workloadId, never));
    await each(all, ({ workloadId }) =>
      eventually(async () => expect(await world.runtime.observe(workloadId, never)).toBeNull(), {
        within: 180_000,
        every: 200,
      }),
    );
    expect((await ours()).map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toEqual([]);
    expect((await world.direct.get(kinds.configMap, 'theirs', never, 'many-0'))?.metadata).toMatchObject({
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    });
  }, 400_000);
});
