import { randomUUID } from 'node:crypto';
import type { DesiredTask, DesiredWorkload } from '@berth/contracts/runtime';
import { kinds, type KubeObject, pathOf } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const patient = { within: 60_000 };
const id = randomUUID();
const namespace = `shop-${id.slice(0, 8)}`;
const login = (password: string) => ({ registry: 'registry.example', username: 'robot', password });

interface PullSecret extends KubeObject {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

interface Pod extends KubeObject {
  readonly spec: { readonly imagePullSecrets?: readonly { readonly name: string }[] };
}

const shop: DesiredWorkload = {
  ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
  ...{ namespace, name: 'shop', generation: 2 },
  release: {
    ...{ number: 1, hash: hash('a1'), configHash: hash('c1') },
    artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
  },
  ...{ environment: {}, registries: { version: 'none', logins: [] } },
  processes: [
    {
      ...{ name: 'web', instances: 1, command: 'run', cpuMillicores: 100, memoryMib: 64 },
      health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
    },
  ],
  ...{ hosts: [], restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
};
const at = (generation: number, version: string, ...passwords: string[]): DesiredWorkload => ({
  ...{ ...shop, generation, registries: { version, logins: passwords.map(login) } },
});

describe('as whom images are pulled on Kubernetes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterAll(() => world.close());

  const secret = (name = 'shop-pull') => world.direct.get<PullSecret>(kinds.secret, name, never, namespace);
  const passwords = async (name?: string) => {
    const text = Buffer.from((await secret(name))?.data['.dockerconfigjson'] ?? '', 'base64').toString();
    const { auths } = JSON.parse(text) as { auths: Record<string, { password: string }> };
    return Object.values(auths).map(({ password }) => password);
  };
  const pods = async () => {
    const found: Pod[] = [];
    for await (const { items } of world.direct.pages<Pod>(kinds.pod, never, { namespace })) found.push(...items);
    return found;
  };
  const observed = async () => (await world.runtime.observe(id, never))?.observedGeneration;
  const isReady = () =>
    eventually(async () => {
      expect((await world.runtime.observe(id, never))?.instances).toMatchObject([{ state: 'ready' }]);
    }, patient);

  it('is a Secret that every pod names, also before there is a credential', async () => {
    await world.runtime.apply(shop, never);
    await isReady();
    expect(await secret()).toMatchObject({ type: 'kubernetes.io/dockerconfigjson' });
    expect(await passwords()).toEqual([]);
    expect((await pods()).map(({ spec }) => spec.imagePullSecrets)).toEqual([[{ name: 'shop-pull' }]]);
  });

  it('changes without another pod, and says its password in no other object', async () => {
    const [before] = await pods();
    await world.runtime.apply(at(3, 'one', 'open sesame'), never);
    expect(await passwords()).toEqual(['open sesame']);
    expect(await observed()).toBe(3);
    world.proxy.forget();
    await world.runtime.apply(at(3, 'one', 'open sesame'), never);
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
    expect((await pods()).map(({ metadata }) => metadata.uid)).toEqual([before?.metadata.uid]);
    for (const kind of [kinds.configMap, kinds.deployment, kinds.pod])
      for await (const { items } of world.direct.pages(kind, never, { namespace }))
        expect(JSON.stringify(items)).not.toContain('sesame');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['deleted', async () => world.direct.delete((await secret())!, never)],
    [
      'edited',
      () =>
        world.direct.transport.ask({
          ...{ method: 'PATCH', contentType: 'application/merge-patch+json', signal: never },
          path: `${pathOf(kinds.secret, namespace, 'shop-pull')}?fieldManager=somebody`,
          body: { data: { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') } },
        }),
    ],
  ])('is stated again when somebody %s it', async (_, change) => {
    await change();
    await eventually(async () => expect(await observed()).toBe(2), patient);
    await world.runtime.apply(at(3, 'one', 'open sesame'), never);
    expect(await passwords()).toEqual(['open sesame']);
    expect(await observed()).toBe(3);
  });

  it('is known to what runs once, for as long as that is there', async () => {
    const {
      processes: _p,
      hosts: _h,
      restartToken: _r,
      startDeadlineSeconds: _s,
      generation: _g,
      ...place
    } = at(...([3, 'one', 'open sesame'] as const));
    const process = { name: 'release', command: 'migrate', cpuMillicores: 100, memoryMib: 64 };
    const task: DesiredTask = { ...place, taskId: randomUUID(), process, deadlineSeconds: 60 };
    await world.runtime.startTask(task, never);
    const names = async () => {
      const selector = `berth.dev/task=${task.taskId}`;
      const found: string[] = [];
      for await (const { items } of world.direct.pages<PullSecret>(kinds.secret, never, { namespace, selector }))
        found.push(...items.filter(({ type }) => type !== 'Opaque').map(({ metadata }) => metadata.name));
      return found;
    };
    const [name] = await names();
    expect(await passwords(name)).toEqual(['open sesame']);
    await eventually(async () => {
      const pod = (await pods()).find(({ metadata }) => metadata.labels?.['berth.dev/task'] === task.taskId);
      expect(pod?.spec.imagePullSecrets).toEqual([{ name }]);
    }, patient);
    await world.runtime.endTask(id, task.taskId, never);
    await eventually(async () => expect(await names()).toEqual([]), patient);
  });

  it('goes with the credential, and with the workload', async () => {
    await world.runtime.apply(at(4, 'none'), never);
    expect(await passwords()).toEqual([]);
    await world.runtime.remove(id, never);
    await eventually(async () => expect(await secret()).toBeNull(), patient);
  });
});
