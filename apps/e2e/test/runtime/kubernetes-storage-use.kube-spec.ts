import { randomUUID } from 'node:crypto';
import type { DesiredVolume, DesiredWorkload, InstanceStats } from '@berth/contracts/runtime';
import type { KubernetesRuntime } from '@berth/deployment-management/kubernetes-runtime';
import { kinds, type KubeObject, nameOfPermission, preflight, storageUsePermission } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, type Document, install, nodeStatistics } from './kubernetes-account.js';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';
import { PlayedKubelets } from './played-kubelets.js';
import { PlayedStorage } from './played-storage.js';

const MIB = 1_048_576;
const patient = { within: 120_000 };
const NODES = ['node-1', 'node-2', 'node-3'];
const ROLE = '/apis/rbac.authorization.k8s.io/v1';
const mark = (hex: string): string => `sha256:${hex.padEnd(64, '0')}`;

interface ScheduledPod extends KubeObject {
  readonly spec: { readonly volumes: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[] };
}

const volume: DesiredVolume = {
  ...{ id: randomUUID(), name: 'data', mountPath: '/data', sizeMib: 64, initialMib: 64, storageClass: null },
  ...{ isPerInstance: true, copies: 2 },
};
const id = randomUUID();
const desired: DesiredWorkload = {
  ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
  ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
  release: {
    ...{ number: 1, hash: mark('a1'), configHash: mark('c1') },
    artifact: { kind: 'image', digest: mark('1111'), sizeBytes: 1 },
  },
  environment: {},
  processes: [
    {
      ...{ name: 'web', instances: 2, command: 'run', cpuMillicores: 100, memoryMib: 64, volumes: [volume] },
      health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
    },
  ],
  hosts: [`${id}.example.com`],
  ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 1 },
};

describe('storage that instances on Kubernetes have in use', () => {
  let world: KubernetesWorld;
  let storage: PlayedStorage;
  let kubelets: PlayedKubelets;
  let fresh: KubernetesRuntime | undefined;
  beforeAll(async () => {
    world = await kubernetesWorld(install);
    storage = new PlayedStorage(world.direct);
    await storage.start();
    kubelets = new PlayedKubelets(world.plane.folder);
    await kubelets.replace(world.direct, NODES);
    await world.runtime.apply(desired, never);
    await eventually(async () => expect(await statsOf(world.runtime)).toHaveLength(2), patient);
    kubelets.pods = (await pods()).map(used);
  }, 1_200_000);
  afterEach(async () => {
    await fresh?.close();
    fresh = undefined;
    await revoke();
  });
  afterAll(async () => {
    await kubelets.close();
    await storage.close();
    await world.close();
  });

  /** Of instances that are ready, once their claims are known, too. */
  const statsOf = async (runtime: KubernetesRuntime): Promise<InstanceStats[]> => {
    const stats = await runtime.stats(id, never);
    return stats.filter(({ state, volumes }) => state === 'ready' && volumes.some((each) => each.capacityBytes > 0));
  };
  /** By a platform that was started just now: one that runs asks again after a minute. */
  const statsAnew = async (): Promise<InstanceStats[]> => {
    await fresh?.close();
    const runtime = world.also({});
    fresh = runtime;
    return eventually(async () => {
      const stats = await statsOf(runtime);
      expect(stats).toHaveLength(2);
      return stats;
    }, patient);
  };
  const pods = async (): Promise<ScheduledPod[]> => {
    const found: ScheduledPod[] = [];
    const selector = `berth.dev/workload=${id}`;
    for await (const { items } of world.direct.pages<ScheduledPod>(kinds.pod, never, { selector }))
      found.push(...items);
    return found.sort((one, other) => one.metadata.name.localeCompare(other.metadata.name));
  };
  /** Each holds something else: 1 and 2 MiB of its own, 10 and 20 MiB in its volume. */
  const used = ({ metadata, spec }: ScheduledPod, index: number) => {
    const { name, namespace = '', uid = '' } = metadata;
    const claim = spec.volumes.find(({ persistentVolumeClaim }) => persistentVolumeClaim)?.persistentVolumeClaim;
    const mounted = { name: 'mounted', pvcRef: { name: claim?.claimName ?? '', namespace } };
    return {
      podRef: { name, namespace, uid },
      'ephemeral-storage': { usedBytes: (index + 1) * MIB },
      volume: [
        { name: 'tmp', usedBytes: 7 },
        { ...mounted, usedBytes: (index + 1) * 10 * MIB, capacityBytes: 1 },
      ],
    };
  };
  const grant = (documents: readonly Document[]) => applyAll(world.direct, documents);
  const revoke = async () => {
    for (const kind of ['clusterroles', 'clusterrolebindings'])
      await world.direct.transport
        .ask({ method: 'DELETE', path: `${ROLE}/${kind}/berth-node-statistics`, signal: never })
        .catch((error: { status?: number }) => expect(error.status).toBe(404));
  };
  const held = (stats: readonly InstanceStats[]) =>
    stats
      .map(({ storageBytes, volumes, sources }) => ({ storageBytes, volumes, sources }))
      .sort((one, other) => (one.storageBytes ?? 0) - (other.storageBytes ?? 0));
  const unknown = {
    ...{ storageBytes: null, sources: { usage: 'metrics.k8s.io', storage: null } },
    volumes: [{ id: volume.id, usedBytes: null, capacityBytes: 64 * MIB }],
  };
  const known = (own: number, inVolume: number) => ({
    ...{ storageBytes: own * MIB, sources: { usage: 'metrics.k8s.io', storage: 'kubelet' } },
    volumes: [{ id: volume.id, usedBytes: inVolume * MIB, capacityBytes: 64 * MIB }],
  });
  const use = async () => {
    const gateway = { namespace: 'gateway', name: 'public' };
    const { checks } = await preflight(world.account, { gateway }, never);
    return checks.find(({ name }) => name === 'storage-use');
  };

  it('is not known with the permissions that are needed: what is provisioned is told, and nothing is guessed', async () => {
    expect(held(await statsAnew())).toEqual([unknown, unknown]);
    expect(kubelets.asked).toEqual([]);
    expect(await use()).toMatchObject({
      outcome: 'warning',
      nextStep: expect.stringContaining('node-statistics.yaml'),
    });
  });

  it('is what the kubelets say, of each instance, where the administrator grants that', async () => {
    await grant(nodeStatistics);
    // The API server learns of what is granted by a watch of its own.
    await eventually(async () => expect(await use()).toMatchObject({ outcome: 'passed', nextStep: null }), patient);
    // A look that took too long on a busy machine is made again.
    await eventually(async () => expect(held(await statsAnew())).toEqual([known(1, 10), known(2, 20)]), patient);
    expect(new Set(kubelets.asked)).toEqual(new Set(['/stats/summary']));
  }, 600_000);

  it('takes that one permission, and the finer one for the kubelet itself opens nothing at the API server', async () => {
    const rules = nodeStatistics.flatMap((each) => each.rules ?? []);
    expect(rules).toEqual([{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }]);
    expect(nameOfPermission(storageUsePermission)).toBe('get nodes/proxy');
    const finer = nodeStatistics.map((each) => ({
      ...each,
      ...(each.rules && { rules: [{ apiGroups: [''], resources: ['nodes/stats'], verbs: ['get'] }] }),
    }));
    await grant(finer);
    const review = { resourceAttributes: { verb: 'get', resource: 'nodes', subresource: 'stats' } };
    await eventually(async () => {
      const { status } = await world.account.transport.ask<{ status: { allowed: boolean } }>({
        ...{ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', signal: never },
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: review },
      });
      expect(status.allowed).toBe(true);
    });
    const path = '/api/v1/nodes/node-1/proxy/stats/summary';
    const asked = world.account.transport.ask({ method: 'GET', path, signal: never });
    await expect(asked).rejects.toMatchObject({ status: 403 });
  });

  it('is not known of a node whose kubelet does not answer, and that keeps nothing else from being told', async () => {
    await grant(nodeStatistics);
    await eventually(async () => expect(await use()).toMatchObject({ outcome: 'passed' }), patient);
    kubelets.asked.length = 0;
    kubelets.status = 500;
    const stats = await statsAnew();
    kubelets.status = 200;
    expect(held(stats)).toEqual([unknown, unknown]);
    expect(kubelets.asked).toContain('/stats/summary');
    expect(stats.every(({ memoryBytes }) => memoryBytes > 0)).toBe(true);
  });
});
