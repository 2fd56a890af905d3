import { randomUUID } from 'node:crypto';
import type { DesiredVolume, DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import { type Kind, kinds, type KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';
import { PlayedStorage } from './played-storage.js';

const MIB = 1_048_576;
const within = { within: 60_000 };
const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };

describe('volumes on Kubernetes', () => {
  let world: KubernetesWorld;
  let storage: PlayedStorage;
  beforeAll(async () => {
    world = await kubernetesWorld();
    storage = new PlayedStorage(world.direct);
    await storage.start();
  }, 1_200_000);
  afterAll(async () => {
    await storage.close();
    await world.close();
  });

  const volume = (over: Partial<DesiredVolume> = {}): DesiredVolume => ({
    ...{ id: randomUUID(), name: 'data', mountPath: '/data', sizeMib: 64, initialMib: 64, storageClass: null },
    ...{ isPerInstance: false, copies: 1, ...over },
  });
  const workload = (instances: number, volumes: DesiredVolume[]): DesiredWorkload => {
    const id = randomUUID();
    const web = { name: 'web', instances, command: 'run', cpuMillicores: 100, memoryMib: 64, health, volumes };
    return {
      ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
      ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
      release: {
        ...{ number: 1, hash: hash('a1'), configHash: hash('c1') },
        artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
      },
      ...{ environment: {}, processes: [web], hosts: [`${id}.example.com`] },
      ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 1 },
    };
  };
  const changed = (
    { generation, processes, ...from }: DesiredWorkload,
    process: Partial<DesiredWorkload['processes'][0]>,
    over: Partial<DesiredWorkload> = {},
  ): DesiredWorkload => ({
    ...{ ...from, generation: generation + 1 },
    processes: processes.map((each) => ({ ...each, ...process })),
    ...over,
  });
  const release = (number: number, mark: string): Pick<DesiredWorkload, 'release'> => ({
    release: {
      ...{ number, hash: hash(`a${number}`), configHash: hash('c1') },
      artifact: { kind: 'image', digest: hash(mark), sizeBytes: 1 },
    },
  });

  const apply = (desired: DesiredWorkload) => world.runtime.apply(desired, never);
  const observe = async ({ workloadId }: DesiredWorkload): Promise<ObservedWorkload | null> =>
    world.runtime.observe(workloadId, never);
  /**
   * All instances of the wanted release are ready, and everything is as it was stated. As long as it is not, it is stated
   * again, as the reconciler does: what was on its way out (the disruption budget of one instance) may end after that.
   */
  const untilServing = (desired: DesiredWorkload, count: number) =>
    eventually(async () => {
      const observed = await observe(desired);
      if (observed && observed.observedGeneration < desired.generation) await apply(desired);
      const seen = observed?.instances.map(({ state, release: number }) => `${state} v${number}`);
      expect(seen).toEqual(Array.from({ length: count }, () => `ready v${desired.release.number}`));
      expect(observed?.observedGeneration).toBe(desired.generation);
    }, within);
  const untilProvisioned = (desired: DesiredWorkload, mib: number) =>
    eventually(
      async () => expect((await observe(desired))?.volumes?.map(({ bytes }) => bytes / MIB)).toEqual([mib]),
      within,
    );
  const all = async <Item extends KubeObject>({ namespace }: DesiredWorkload, kind: Kind): Promise<Item[]> => {
    const items: Item[] = [];
    for await (const page of world.direct.pages<Item>(kind, never, { namespace })) items.push(...page.items);
    return items;
  };
  const uidsOf = async (desired: DesiredWorkload, kind: Kind): Promise<string[]> =>
    (await all(desired, kind)).map(({ metadata }) => metadata.uid ?? '').sort();
  const claims = (desired: DesiredWorkload) => uidsOf(desired, kinds.persistentVolumeClaim);

  it('with one writer stay through releases, stop and start, and are grown without touching an instance', async () => {
    const data = volume();
    const first = workload(1, [data]);
    await apply(first);
    await untilServing(first, 1);
    await untilProvisioned(first, 64);
    const [deployment] = await all<KubeObject & { spec: { strategy: object } }>(first, kinds.deployment);
    expect(deployment?.spec.strategy).toEqual({ type: 'Recreate' });
    const kept = await claims(first);
    const second = changed(first, {}, release(2, '2222'));
    await apply(second);
    await untilServing(second, 1);
    const stopped = changed(second, { instances: 0 });
    await apply(stopped);
    await untilServing(stopped, 0);
    await untilProvisioned(stopped, 64);
    const back = changed(stopped, { instances: 1 });
    await apply(back);
    await untilServing(back, 1);
    const pods = await uidsOf(back, kinds.pod);
    const grown = changed(back, { volumes: [{ ...data, sizeMib: 96 }] });
    await apply(grown);
    await untilProvisioned(grown, 96);
    await untilServing(grown, 1);
    expect({ claims: await claims(grown), pods: await uidsOf(grown, kinds.pod) }).toEqual({ claims: kept, pods });
  }, 600_000);

  it('of each instance are its own, are kept when there are fewer, and grow all together', async () => {
    const data = volume({ isPerInstance: true, copies: 3 });
    const three = workload(3, [data]);
    await apply(three);
    await untilServing(three, 3);
    await untilProvisioned(three, 192);
    const kept = await claims(three);
    const sets = await uidsOf(three, kinds.statefulSet);
    const ids = new Set((await observe(three))?.instances.map(({ id }) => id));
    expect({ claims: kept.length, sets: sets.length, instances: ids.size }).toEqual({
      claims: 3,
      sets: 1,
      instances: 3,
    });
    const one = changed(three, { instances: 1 });
    await apply(one);
    await untilServing(one, 1);
    await untilProvisioned(one, 192);
    const again = changed(one, { instances: 3, volumes: [{ ...data, sizeMib: 80 }] });
    await apply(again);
    await untilServing(again, 3);
    await untilProvisioned(again, 240);
    expect(await claims(again)).toEqual(kept);
    expect(await uidsOf(again, kinds.statefulSet)).toEqual(sets);
    // A pod keeps its name when it is replaced; its instance does not.
    const later = (await observe(again))?.instances.filter(({ id }) => ids.has(id)) ?? [];
    expect(later).toHaveLength(1);
    await eventually(
      async () => expect((await observe(again))?.instances.map(({ routed }) => routed)).toEqual([true, true, true]),
      within,
    );
    world.proxy.forget();
    await apply(again);
    expect(world.proxy.count(({ method }) => method !== 'GET')).toBe(0);
  }, 600_000);

  it('of an instance that does not start are no obstacle to going back', async () => {
    const first = workload(2, [volume({ isPerInstance: true, copies: 2 })]);
    await apply(first);
    await untilServing(first, 2);
    const broken = changed(first, {}, release(2, '0bad'));
    await apply(broken);
    await eventually(async () => {
      const observed = await observe(broken);
      expect(observed?.instances.map(({ trouble }) => trouble?.cause)).toContain('image_not_found');
    }, within);
    const back = changed(broken, {}, { release: first.release });
    await apply(back);
    await untilServing(back, 2);
  }, 600_000);

  it('go when they are wanted no more, and with their workload', async () => {
    const kept = volume({ name: 'kept', mountPath: '/kept' });
    const both = workload(1, [kept, volume()]);
    await apply(both);
    await untilServing(both, 1);
    expect(await claims(both)).toHaveLength(2);
    const less = changed(both, { volumes: [kept] }, { restartToken: 'another' });
    await apply(less);
    await untilServing(less, 1);
    await eventually(
      async () => expect((await observe(less))?.volumes).toEqual([{ id: kept.id, bytes: 64 * MIB }]),
      within,
    );
    expect(await claims(less)).toHaveLength(1);
    await world.runtime.remove(less.workloadId, never);
    await eventually(async () => expect(await observe(less)).toBeNull(), within);
    expect(await claims(less)).toEqual([]);
  }, 600_000);

  it('can be of the classes that the cluster has', async () => {
    expect(await world.runtime.storageClasses(never)).toEqual([{ name: 'played', isDefault: true, grows: true }]);
  });
});
