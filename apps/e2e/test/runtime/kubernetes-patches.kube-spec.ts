import { randomUUID } from 'node:crypto';
import type { PodPatch } from '@berth/contracts/common';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
const patch: PodPatch = {
  metadata: { annotations: { 'prometheus.io/scrape': 'true' } },
  spec: {
    securityContext: { runAsUser: 1_000 },
    volumes: [{ name: 'scratch-cache', emptyDir: { sizeLimit: '64Mi' } }],
    containers: [{ name: 'web', volumeMounts: [{ name: 'scratch-cache', mountPath: '/var/cache' }] }],
  },
};

interface Pod extends KubeObject {
  readonly spec: { readonly securityContext: object; readonly volumes: { readonly name: string }[] };
}

describe('patches on Kubernetes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterAll(() => world.close());

  const workload = (own?: PodPatch): DesiredWorkload => {
    const id = randomUUID();
    const web = { name: 'web', instances: 1, command: 'run', cpuMillicores: 100, memoryMib: 64, health };
    return {
      ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
      ...{ namespace: `patched-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
      release: {
        ...{ number: 1, hash: hash('a1'), configHash: hash('c1') },
        artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
      },
      ...{ environment: {}, processes: [{ ...web, ...(own && { patch: own }) }], hosts: [`${id}.example.com`] },
      ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
    };
  };
  const asked = (desired: DesiredWorkload) => world.runtime.refusalOfPatches(desired, never);
  const refusal = async (desired: DesiredWorkload) => {
    await world.runtime.makeSpace(desired, never);
    return asked(desired);
  };
  const root = { spec: { securityContext: { runAsUser: 0 } } } as PodPatch;
  const written = () => world.proxy.count(({ method, path }) => method !== 'GET' && !path.includes('dryRun=All'));
  const listed = async <Item extends KubeObject>(kind: (typeof kinds)[keyof typeof kinds], namespace: string) => {
    const items: Item[] = [];
    for await (const page of world.direct.pages<Item>(kind, never, { namespace })) items.push(...page.items);
    return items;
  };

  it('are taken without anything being started, and are what runs after that', async () => {
    const desired = workload(patch);
    expect(await refusal(desired)).toBeNull();
    expect(await listed(kinds.deployment, desired.namespace)).toEqual([]);
    expect(await listed(kinds.pod, desired.namespace)).toEqual([]);
    await world.runtime.apply(desired, never);
    await eventually(
      async () =>
        expect((await world.runtime.observe(desired.workloadId, never))?.instances).toMatchObject([{ state: 'ready' }]),
      { within: 60_000 },
    );
    const [pod] = await listed<Pod>(kinds.pod, desired.namespace);
    expect(pod?.metadata.annotations).toMatchObject({ 'prometheus.io/scrape': 'true' });
    expect(pod?.spec.securityContext).toMatchObject({ runAsUser: 1_000, runAsNonRoot: true });
    expect(pod?.spec.volumes.map(({ name }) => name)).toEqual(['tmp', 'scratch-cache']);
  });

  // What the schema would not let through, as another version of it or another policy of a cluster might.
  it.each([
    ['would weaken a pod', { spec: { securityContext: { runAsUser: 0 } } }, /violates PodSecurity "restricted/],
    [
      'reaches the node',
      { spec: { volumes: [{ name: 'scratch-a', hostPath: { path: '/' } }] } },
      /violates PodSecurity/,
    ],
    ['is no part of a pod', { spec: { tolerations: [{ kex: 'x' }] } }, /kex/],
    ['is wrong in itself', { spec: { terminationGracePeriodSeconds: -5 } }, /terminationGracePeriodSeconds/],
  ])('that %s are refused in the words of the API server', async (_, wrong, words) => {
    const desired = workload(wrong as unknown as PodPatch);
    expect(await refusal(desired)).toMatch(words);
    expect(await listed(kinds.deployment, desired.namespace)).toEqual([]);
  });

  it('are not refused because there is no room for one more pod just now', async () => {
    const desired = { ...workload(patch), quota: { cpuMillicores: 1, memoryMib: 1 } };
    expect(await refusal(desired)).toBeNull();
  });

  it('are taken beside a volume of each instance, and refused for what is theirs', async () => {
    const own = { id: randomUUID(), name: 'data', mountPath: '/data', storageClass: null, isPerInstance: true };
    const stateful = (of: PodPatch): DesiredWorkload => {
      const { processes, ...rest } = workload(of);
      const volumes = [{ ...own, sizeMib: 64, initialMib: 64, copies: 1 }];
      return { ...rest, processes: processes.map((each) => ({ ...each, volumes })) };
    };
    expect(await refusal(stateful(patch))).toBeNull();
    expect(await refusal(stateful(root))).toMatch(/violates PodSecurity "restricted/);
  });

  it('are asked for without anything being written, and nobody can know before there is a namespace', async () => {
    const desired = workload(root);
    world.proxy.forget();
    expect(await asked(desired)).toBeNull();
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
    await world.runtime.makeSpace(desired, never);
    world.proxy.forget();
    expect(await asked({ ...desired, quota: { cpuMillicores: 1, memoryMib: 1 } })).toMatch(/violates PodSecurity/);
    expect(written()).toBe(0);
  });

  it('cannot be asked for in a namespace that is on its way out', async () => {
    const desired = workload(root);
    await world.runtime.makeSpace(desired, never);
    await world.direct.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: desired.namespace } }, never);
    await eventually(async () => expect(await asked(desired)).toBeNull(), { within: 60_000 });
  });

  it('ask nothing where there are none', async () => {
    const desired = workload();
    await refusal(desired);
    world.proxy.forget();
    expect(await refusal(desired)).toBeNull();
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
  });
});
