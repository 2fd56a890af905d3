import { randomUUID } from 'node:crypto';
import type { DesiredTask, DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import { kinds, type KubeClient, type KubeObject, pathOf, preflight } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAll, documents, install } from './kubernetes-account.js';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const MERGE = 'application/merge-patch+json';
const patient = { within: 60_000 };
const mark = (hex: string): string => `sha256:${hex.padEnd(64, '0')}`;
const gateway = { namespace: 'gateway', name: 'public' };
/** What does not end by itself. */
const HANGS = 'b10c';

function workload(change: Partial<DesiredWorkload>, instances = 4): DesiredWorkload {
  const id = randomUUID();
  const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
  return {
    ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
    ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
    release: {
      ...{ number: 1, hash: mark('a1'), configHash: mark('c1') },
      artifact: { kind: 'image', digest: mark('1111'), sizeBytes: 1 },
    },
    environment: {},
    processes: [{ name: 'worker', instances, command: 'run', cpuMillicores: 250, memoryMib: 64, health }],
    ...{ hosts: [], restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 1 },
    ...change,
  };
}

const next = (desired: DesiredWorkload): DesiredWorkload => ({
  ...{ ...desired, generation: desired.generation + 1 },
  release: { ...desired.release, number: desired.release.number + 1, hash: mark('a2') },
});

function taskOn(desired: DesiredWorkload): DesiredTask {
  const { workloadId, organizationId, projectId, environmentId, appId, namespace, name, environmentKind } = desired;
  const { release, environment, stopDeadlineSeconds } = desired;
  return {
    ...{ workloadId, organizationId, projectId, environmentId, appId, namespace, name, environment },
    ...{ taskId: randomUUID(), deadlineSeconds: 600, stopDeadlineSeconds, environmentKind },
    release: { ...release, artifact: { kind: 'image', digest: mark(HANGS), sizeBytes: 1 } },
    process: { name: 'release', command: 'migrate', cpuMillicores: 1_000, memoryMib: 64 },
  };
}

interface Pod extends KubeObject {
  readonly spec: { readonly priorityClassName?: string; readonly priority?: number };
}

const classesOf = (pods: readonly Pod[]) => [
  ...new Set(pods.map(({ spec }) => `${spec.priorityClassName ?? 'none'} ${spec.priority}`)),
];

describe('workloads on a cluster that is short of room', () => {
  let world: KubernetesWorld;
  const gone: DesiredWorkload[] = [];
  beforeAll(async () => {
    world = await kubernetesWorld(install);
    await shrink(world.direct);
  }, 1_200_000);
  afterEach(async () => {
    for (const { workloadId } of gone) await world.runtime.remove(workloadId, never);
    for (const { workloadId } of gone.splice(0))
      await eventually(async () => expect(await world.runtime.observe(workloadId, never)).toBeNull(), patient);
  });
  afterAll(() => world.close());

  const bring = async (desired: DesiredWorkload): Promise<DesiredWorkload> => {
    gone.push(desired);
    await world.runtime.apply(desired, never);
    return desired;
  };
  const podsOf = ({ namespace }: DesiredWorkload): Promise<Pod[]> => podsIn(world.direct, namespace);
  const uidsOf = async (desired: DesiredWorkload) => (await podsOf(desired)).map(({ metadata }) => metadata.uid).sort();
  const until = (desired: DesiredWorkload, check: (observed: ObservedWorkload) => void) =>
    eventually(async () => {
      const observed = await world.runtime.observe(desired.workloadId, never);
      expect(observed?.observedGeneration).toBe(desired.generation);
      check(observed!);
    }, patient);
  const isReady =
    (count: number) =>
    ({ instances }: ObservedWorkload) =>
      expect(instances.map(({ state }) => state).filter((state) => state === 'ready')).toHaveLength(count);
  const running = async (desired: DesiredWorkload): Promise<DesiredWorkload> => {
    await bring(desired);
    await until(desired, isReady(desired.processes[0]?.instances ?? 0));
    return desired;
  };

  it('of production take the room of previews, which say that they gave way', async () => {
    const preview = await running(workload({ environmentKind: 'preview' }));
    expect(classesOf(await podsOf(preview))).toEqual(['berth-preview -10']);
    const production = await running(workload({ environmentKind: 'production' }, 2));
    expect(classesOf(await podsOf(production))).toEqual(['berth-production 0']);
    await until(preview, (observed) => {
      isReady(2)(observed);
      const troubles = observed.instances.flatMap(({ trouble }) => trouble ?? []);
      expect(troubles.map(({ cause }) => cause)).toEqual(['unschedulable', 'unschedulable']);
      for (const { evidence } of troubles)
        expect(evidence).toEqual([expect.stringContaining('Insufficient cpu'), expect.stringContaining('gives way')]);
    });
    const pods = await uidsOf(production);
    const later = await bring(workload({ environmentKind: 'preview' }, 1));
    // Said by the scheduler once it has decided about that pod: it takes nobody's room.
    await until(later, ({ instances }) =>
      expect(instances[0]?.trouble?.evidence[0]).toContain('preemptionPolicy=Never'),
    );
    expect(await uidsOf(production)).toEqual(pods);
  });

  it('of production do not take the room of others of production', async () => {
    const first = await running(workload({ environmentKind: 'production' }));
    const pods = await uidsOf(first);
    const second = await bring(workload({ environmentKind: 'production' }, 1));
    await until(second, ({ instances }) => {
      expect(instances[0]?.trouble?.cause).toBe('unschedulable');
      expect(instances[0]?.trouble?.evidence).toEqual([expect.stringContaining('Insufficient cpu')]);
    });
    expect(await uidsOf(first)).toEqual(pods);
  });

  it('whose commands run in a preview end for production, and say so', async () => {
    const preview = await running(workload({ environmentKind: 'preview' }, 0));
    const task = taskOn(preview);
    const seen = () => world.runtime.observeTask(task.workloadId, task.taskId, never);
    await world.runtime.startTask(task, never);
    await eventually(async () => expect((await seen())?.state).toBe('running'), patient);
    await running(workload({ environmentKind: 'production' }));
    await eventually(async () => {
      const { state, trouble } = (await seen()) ?? {};
      expect({ state, cause: trouble?.cause }).toEqual({ state: 'ended', cause: 'release_command_failed' });
      expect(trouble?.message).toContain('taken away');
      expect(trouble?.evidence.join()).toContain('gives way');
    }, patient);
    await world.runtime.endTask(task.workloadId, task.taskId, never);
  });

  it('that run already keep what they have, scaled or not, until their next release', async () => {
    const { environmentKind: _, ...before } = workload({}, 1);
    await running(before);
    expect(classesOf(await podsOf(before))).toEqual(['none 0']);
    const pods = await uidsOf(before);
    const [type] = before.processes;
    const scaled = { ...before, environmentKind: 'preview' as const, generation: 3 };
    const wider = { ...scaled, processes: [{ ...type!, instances: 2 }] };
    await world.runtime.apply(wider, never);
    await until(wider, isReady(2));
    expect(await uidsOf(before)).toEqual(expect.arrayContaining(pods));
    const released = next(wider);
    await world.runtime.apply(released, never);
    await until(released, isReady(2));
    await eventually(async () => expect(classesOf(await podsOf(released))).toEqual(['berth-preview -10']), patient);
  });

  it('have their class again when somebody deleted it', async () => {
    const desired = await running(workload({ environmentKind: 'staging' }, 1));
    const pods = await uidsOf(desired);
    const find = () => world.direct.get(kinds.priorityClass, 'berth-staging', never);
    await world.direct.delete((await find())!, never);
    await eventually(async () =>
      expect((await world.runtime.observe(desired.workloadId, never))?.observedGeneration).toBe(1),
    );
    await eventually(async () => {
      await world.runtime.apply(desired, never);
      expect(await find()).toMatchObject({ value: -5, preemptionPolicy: 'Never' });
    });
    await until(desired, isReady(1));
    expect(await uidsOf(desired)).toEqual(pods);
  });

  it('go without one that somebody else has made, and a look at the cluster says so', async () => {
    const theirs = { value: 1_000_000, description: 'theirs' };
    const body = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...theirs };
    await world.direct.transport.ask({
      ...{ method: 'POST', path: `${pathOf(kinds.priorityClass)}?fieldManager=somebody`, signal: never },
      body: { ...body, metadata: { name: 'berth-development' } },
    });
    const desired = await running(workload({ environmentKind: 'development' }, 1));
    expect(classesOf(await podsOf(desired))).toEqual(['none 0']);
    expect(await world.direct.get(kinds.priorityClass, 'berth-development', never)).toMatchObject(theirs);
    const { isFit, checks } = await preflight(world.account, { gateway }, never);
    expect(isFit).toBe(true);
    expect(checks.find(({ name }) => name === 'priorities')).toMatchObject({
      ...{ outcome: 'warning', message: expect.stringContaining('berth-development') },
    });
  });
});

describe('workloads on a cluster that lets the platform make no priority classes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld(async (administrator) => {
      const token = await install(administrator);
      const isOther = ({ apiGroups }: { apiGroups: readonly string[] }) => !apiGroups.includes('scheduling.k8s.io');
      const roles = documents.filter(({ rules }) => rules);
      await applyAll(
        administrator,
        roles.map((role) => ({ ...role, rules: (role.rules ?? []).filter(isOther) })),
      );
      return token;
    });
  }, 1_200_000);
  afterAll(() => world.close());

  it('run without one, and a look at the cluster says so', async () => {
    const { runtime, direct, account } = world;
    const desired = workload({ environmentKind: 'preview' }, 2);
    await runtime.apply(desired, never);
    await eventually(async () => {
      const observed = await runtime.observe(desired.workloadId, never);
      expect(observed).toMatchObject({ observedGeneration: 2, trouble: null });
      expect(observed?.instances.map(({ state }) => state)).toEqual(['ready', 'ready']);
    }, patient);
    expect(classesOf(await podsIn(direct, desired.namespace))).toEqual(['none 0']);
    expect(await direct.get(kinds.priorityClass, 'berth-preview', never)).toBeNull();
    const { isFit, checks } = await preflight(account, { gateway }, never);
    expect(isFit).toBe(true);
    expect(checks.find(({ name }) => name === 'priorities')).toMatchObject({
      ...{ outcome: 'warning', nextStep: expect.stringContaining('k8s/rbac/deployment-management.yaml') },
    });
  });
});

async function podsIn(client: KubeClient, namespace: string): Promise<Pod[]> {
  const found: Pod[] = [];
  for await (const { items } of client.pages<Pod>(kinds.pod, never, { namespace })) found.push(...items);
  return found.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** One node takes pods, and has one processor. */
async function shrink(administrator: KubeClient): Promise<void> {
  const edit = (path: string, body: object) =>
    administrator.transport.ask({ method: 'PATCH', path, body, contentType: MERGE, signal: never });
  const room = { cpu: '1' };
  await edit('/api/v1/nodes/node-1/status', { status: { capacity: room, allocatable: room } });
  for (const node of ['node-2', 'node-3']) await edit(`/api/v1/nodes/${node}`, { spec: { unschedulable: true } });
}
