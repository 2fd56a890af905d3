import type { Allocation, AllocationEntry } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AllocationSnapshots } from '../src/allocations/allocation-snapshots.js';
import { withUncounted } from '../src/allocations/uncounted.js';
import { WORKLOADS } from '../src/workloads/workload-queue.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start({ overrides: clusters.overrides });
  clusters.watch(platform);
});
afterAll(() => platform.close());

/** By cluster, as it was told last. */
const toldOf = async ({ id }: Scene, kind: 'changed' | 'snapshot') => {
  const told = (await platform.events(id)).filter(({ type }) => type === `berth.workload.allocation-${kind}.v1`);
  const { entries } = told.at(-1)?.data as Allocation;
  return Object.fromEntries(entries.map(({ cluster, uncounted }) => [cluster, uncounted ?? 'all is counted']));
};

describe('what nobody counts where instances run', () => {
  it('is told of those on a registered cluster, by changes and by snapshots, and of no others', async () => {
    const scene = await Scene.make(platform);
    await scene.deployLive('one');
    const alone = async () => expect(await toldOf(scene, 'changed')).toEqual({ local: 'all is counted' });
    await eventually(alone, patient);
    const { name } = await clusters.register('berlin', 'eu');
    await scene.owner.post(`/v1/workloads/${scene.id}/placements`, { cluster: name, counts: {} });
    const both = { local: 'all is counted', berlin: ['egress'] };
    await eventually(async () => {
      await clusters.lookAnew(WORKLOADS, [scene.id]);
      expect(await toldOf(scene, 'changed')).toEqual(both);
    }, patient);
    const snapshots = platform.service.app.get(AllocationSnapshots, { strict: false });
    await platform.service.database.transaction((tx) => snapshots.emit(tx, null));
    expect(await toldOf(scene, 'snapshot')).toEqual(both);
  });

  it('is told of the own cluster where that is one of Kubernetes, and of others whatever that is', () => {
    const there: AllocationEntry = {
      ...{ cluster: 'local', release: 1, processType: 'web', instances: 1, cpuMillicores: 250, memoryMib: 256 },
    };
    const elsewhere = { ...there, cluster: 'berlin' };
    const uncounted = ['egress'];
    expect(withUncounted([there, elsewhere], 'process')).toEqual([there, { ...elsewhere, uncounted }]);
    expect(withUncounted([there], 'kubernetes')).toEqual([{ ...there, uncounted }]);
  });
});
