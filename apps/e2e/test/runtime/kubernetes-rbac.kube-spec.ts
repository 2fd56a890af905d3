import { randomUUID } from 'node:crypto';
import type { DesiredTask, DesiredVolume, DesiredWorkload } from '@berth/contracts/runtime';
import {
  apiWalls,
  declaredKinds,
  type EnvironmentSpace,
  isolationManifests,
  type Kind,
  type KubeClient,
  preflight,
  watch,
} from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { eventually, type SeenRequest } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { installCrds } from '../kubernetes/installed-crds.js';
import { documents, install } from './kubernetes-account.js';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const granted = documents
  .flatMap(({ rules }) => rules ?? [])
  .flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`))),
  );

/** Permissions that an answered request took. */
function usedBy({ method, path, status }: SeenRequest): string[] {
  const pattern =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/[^/]+(?=\/))?\/([a-z]+)(?:\/([^/?]+))?(?:\/([a-z]+))?/;
  const found = pattern.exec(path);
  // Versions, kinds and what one may do oneself: everybody may know these.
  if (!found || path.startsWith('/apis/authorization.k8s.io/v1/self')) return [];
  const [, group = '', resource = '', name, subresource] = found;
  const what = `${resource}${subresource ? `/${subresource}` : ''}.${group}`;
  if (subresource === 'exec' || subresource === 'portforward') return [`get ${what}`, `create ${what}`];
  if (method === 'GET' && name !== undefined) return [`get ${what}`];
  if (method === 'GET') return [path.includes('watch=true') ? `watch ${what}` : `list ${what}`];
  if (method === 'POST') return [`create ${what}`];
  if (method === 'DELETE') return [`delete ${what}`];
  return status === 201 ? [`patch ${what}`, `create ${what}`] : [`patch ${what}`];
}

/** Ends as soon as it is connected. */
async function isFollowed(account: KubeClient, kind: Kind): Promise<void> {
  for await (const event of watch(account, kind, { clock: new Clock() }, never)) if (event.type === 'connected') return;
}

/** What nobody needs to grant: kubernetes-storage-use.kube-spec.ts. */
const isGrantedApart = ({ path }: SeenRequest): boolean =>
  /^\/api\/v1\/nodes\/[^/]+\/proxy\/stats\/summary$/.test(path);

describe('the permissions of deployment-management in a cluster', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld(install);
  }, 1_200_000);
  afterAll(() => world.close());

  it('are enough for the whole life of a workload, and none is more than that takes', async () => {
    const { runtime, proxy } = world;
    const web = workload('web', 'c1');
    const id = web.workloadId;
    const isServing = async (desired: DesiredWorkload, count: number) => {
      const observed = await runtime.observe(id, never);
      expect(observed?.observedGeneration).toBe(desired.generation);
      expect(observed?.instances.map(({ state }) => state)).toEqual(Array.from({ length: count }, () => 'ready'));
    };
    await runtime.apply(web, never);
    await eventually(() => isServing(web, 2), { within: 60_000 });
    for await (const line of runtime.logs(id, { follow: false }, never)) expect(line.text).not.toBe('');
    await eventually(async () => expect(await runtime.stats(id, never)).toHaveLength(2));
    const [instance] = (await runtime.observe(id, never))?.instances.map((each) => each.id) ?? [];
    const name = { workloadId: id, instance: instance! };
    const request = { command: ['true'], input: false, terminal: false };
    for (const session of [await runtime.exec(name, request, never), await runtime.forward(name, null, never)])
      session.on('error', () => undefined).destroy();
    const task = taskOn(web);
    await runtime.startTask(task, never);
    await eventually(async () => expect((await runtime.observeTask(id, task.taskId, never))?.exit?.code).toBe(0));
    await runtime.endTask(id, task.taskId, never);
    const huge = {
      ...taskOn(web),
      process: { name: 'release', command: 'migrate', cpuMillicores: 64_000, memoryMib: 64 },
    };
    await runtime.startTask(huge, never);
    await eventually(async () => {
      const { trouble } = (await runtime.observeTask(id, huge.taskId, never)) ?? {};
      expect({ cause: trouble?.cause, said: trouble?.evidence.join() }).toEqual({
        ...{ cause: 'quota_exceeded', said: expect.stringContaining('exceeded quota') },
      });
    });
    await runtime.endTask(id, huge.taskId, never);
    const worker = { ...workload('worker', 'c2'), ...{ workloadId: id, namespace: web.namespace, generation: 3 } };
    const isTold = async (desired: DesiredWorkload) => {
      await runtime.apply(desired, never);
      await isServing(desired, 2);
    };
    const [type] = worker.processes;
    const scaled = { ...type!, autoscaling: { min: 2, max: 3, cpuPercent: 50 } };
    // What stood before its route goes after that.
    await eventually(() => isTold({ ...worker, processes: [scaled] }), { within: 60_000 });
    await eventually(() => isTold(worker), { within: 60_000 });
    // The former pods are gone, and with them what they started from.
    const keeping = { ...worker, generation: 4, processes: [{ ...type!, volumes: [volume] }] };
    await runtime.apply(keeping, never);
    await eventually(async () => expect((await runtime.observe(id, never))?.observedGeneration).toBe(4));
    await runtime.storageClasses(never);
    const forgetful = { ...worker, generation: 5 };
    // The former Deployment may still be on its way out, and takes its name with it.
    await eventually(() => isTold(forgetful), { within: 60_000 });
    await runtime.remove(id, never);
    await eventually(async () => expect(await runtime.observe(id, never)).toBeNull(), { within: 60_000 });

    const { environmentId, namespace } = web;
    const endSpace = () => runtime.endSpace({ environmentId, namespace }, never);
    await eventually(async () => expect(await endSpace()).toBeNull(), { within: 60_000 });
    await preflight(world.account, { gateway: { namespace: 'gateway', name: 'public' } }, never);

    // The same where the Gateway API is not installed.
    proxy.break({
      when: (_, path) => path.includes('gateway.networking.k8s.io'),
      fault: { kind: 'status', status: 404 },
    });
    const through = world.also({ ingressClass: 'played' });
    const beside = { ...workload('web', 'c3'), namespace: `${web.namespace}-2`, environmentId: randomUUID() };
    await through.apply(beside, never);
    await eventually(
      async () => expect((await through.observe(id, never))?.routes).toMatchObject([{ accepted: true }]),
      {
        within: 60_000,
      },
    );
    await through.apply({ ...beside, generation: 3, hosts: [] }, never);
    await preflight(
      world.account,
      { gateway: { namespace: 'gateway', name: 'public' }, ingressClass: 'played' },
      never,
    );
    await through.close();

    await installCrds(world.direct);
    for (const kind of Object.values(declaredKinds)) {
      expect(await world.account.get(kind, 'none', never, 'default')).toBeNull();
      const nowhere = {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name: 'none', namespace: 'default' },
      };
      await expect(world.account.applyStatus(kind, nowhere, {}, never)).rejects.toMatchObject({ status: 404 });
      await isFollowed(world.account, kind);
    }

    expect(proxy.seen.filter((each) => each.status === 403 && !isGrantedApart(each))).toEqual([]);
    // What is tried here is refused because of walls, not for want of a permission: else they would not be proven.
    const tenants = { intruder: tenant(randomUUID()), neighbour: tenant(randomUUID()) };
    for (const wall of isolationManifests(tenants.intruder, isolation)) await world.account.apply(wall, never);
    await eventually(async () => {
      const walls = await apiWalls(world.account, tenants, never);
      expect(walls.map((wall) => wall?.outcome)).toEqual(['passed', 'passed', 'passed', 'passed']);
    });
    const metadata = { name: tenants.intruder.namespace };
    await world.account.delete({ apiVersion: 'v1', kind: 'Namespace', metadata }, never);
    const seen = proxy.seen.filter((each) => !isGrantedApart(each));
    expect([...new Set(seen.flatMap(usedBy))].sort()).toEqual([...granted].sort());
  }, 600_000);

  it('name no wildcard', () => {
    expect(granted.join(' ')).not.toContain('*');
  });
});

const isolation = { dnsNamespace: 'kube-system' };
const tenant = (of: string): EnvironmentSpace => ({
  ...{ namespace: `check-${of.slice(0, 8)}`, organizationId: of, projectId: of, environmentId: of, internet: true },
  quota: { cpuMillicores: 500, memoryMib: 512, pods: 4 },
});
const volume: DesiredVolume = {
  ...{ id: randomUUID(), name: 'data', mountPath: '/data', sizeMib: 1, initialMib: 1, storageClass: null },
  ...{ isPerInstance: true, copies: 2 },
};
const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const id = randomUUID();

function workload(process: string, config: string): DesiredWorkload {
  const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
  return {
    ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
    ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
    environmentKind: 'preview',
    release: {
      ...{ number: 1, hash: hash(config), configHash: hash(config) },
      artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
    },
    environment: { A: config },
    processes: [{ name: process, instances: 2, command: 'run', cpuMillicores: 100, memoryMib: 64, health }],
    hosts: [`${id}.example.com`],
    protection: { allow: ['198.51.100.0/24'] },
    quota: { cpuMillicores: 4_000, memoryMib: 8_192 },
    ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
  };
}

function taskOn(desired: DesiredWorkload): DesiredTask {
  const { workloadId, organizationId, projectId, environmentId, appId, namespace, name } = desired;
  const { release, environment, stopDeadlineSeconds } = desired;
  return {
    ...{ workloadId, organizationId, projectId, environmentId, appId, namespace, name, release, environment },
    ...{ taskId: randomUUID(), deadlineSeconds: 60, stopDeadlineSeconds },
    process: { name: 'release', command: 'migrate', cpuMillicores: 100, memoryMib: 64 },
  };
}
