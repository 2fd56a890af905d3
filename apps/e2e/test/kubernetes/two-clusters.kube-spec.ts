import type { InstanceList, Placement, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ClusteredService, image, patient } from './clustered-service.js';
import { PlayedCluster } from './played-cluster.js';

jest.setTimeout(300_000);

const digestOf = (mark: string) => `sha256:${mark.padEnd(64, '0')}`;
const NAMES = ['berlin', 'oslo'] as const;
type Name = (typeof NAMES)[number];

let clusters: Record<Name, PlayedCluster>;
let clustered: ClusteredService;
let workload: Workload;

beforeAll(async () => {
  clusters = { berlin: await PlayedCluster.start(), oslo: await PlayedCluster.start() };
  clustered = await ClusteredService.start();
  for (const name of NAMES) expect(await clustered.register(name, clusters[name])).toMatchObject({ status: 201 });
  workload = await clustered.workload(await clustered.app('shop'), 'live', { cluster: 'berlin' });
  await clustered.deployLive(workload, 'a1');
}, 1_200_000);
afterAll(async () => {
  await clustered.close();
  for (const name of NAMES) await clusters[name].stop();
});

const path = () => `/v1/workloads/${workload.id}/placements`;
const placed = async (): Promise<Partial<Record<string, Placement>>> =>
  Object.fromEntries((await clustered.placements(workload)).map((each) => [each.cluster, each]));
/** The images that its pods really have, on each cluster. */
const running = async () => {
  const imagesOn = async (name: Name) =>
    (await clusters[name].pods(workload.id)).map(({ spec }) => spec.containers[0]?.image);
  return { berlin: await imagesOn('berlin'), oslo: await imagesOn('oslo') };
};
const runs = (expected: Record<Name, string[]>) =>
  eventually(async () => expect(await running()).toEqual(expected), patient);
const isToldAs = (...entries: string[]) =>
  eventually(async () => {
    expect(new Set((await clustered.allocations(workload)).at(-1))).toEqual(new Set(entries));
  }, patient);
/** The API server and whoever waits for it, longer and longer. */
async function restart({ plane }: PlayedCluster): Promise<void> {
  await plane.start('kube-apiserver');
  for (const program of ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const) {
    await plane.kill(program);
    await plane.start(program);
  }
}
const live = (mark: string, count: number) => ({
  ...{ state: 'active', phase: 'live' },
  proof: { artifactDigest: digestOf(mark), routeAccepted: true, instances: Array(count).fill(expect.any(String)) },
});

describe('a workload on two clusters, each with an API server of its own', () => {
  it('comes to stand on the second with counts of its own, and each has its proof', async () => {
    await clustered.ask('owner', 'POST', path(), { cluster: 'oslo', counts: { web: 2 } });
    await eventually(async () => {
      expect(await placed()).toMatchObject({ berlin: { isFirst: true, ...live('a1', 1) }, oslo: live('a1', 2) });
    }, patient);
    await runs({ berlin: [image('a1')], oslo: [image('a1'), image('a1')] });
    await isToldAs('berlin 1', 'oslo 2');
    const { items } = await clustered.ask<InstanceList>('owner', 'GET', `/v1/workloads/${workload.id}/instances`);
    expect(items.map(({ cluster }) => cluster).sort()).toEqual(['berlin', 'oslo', 'oslo']);
  });

  it('is live with a new image when it runs on both', async () => {
    await clustered.deployLive(workload, 'b2');
    expect(await placed()).toMatchObject({ berlin: live('b2', 1), oslo: live('b2', 2) });
    await runs({ berlin: [image('b2')], oslo: [image('b2'), image('b2')] });
  });

  it('goes back on both when an image crashes', async () => {
    const { status, failure } = await clustered.deploy(workload, 'dead');
    expect({ status, cause: failure?.cause }).toEqual({ status: 'failed', cause: 'crash_loop' });
    await runs({ berlin: [image('b2')], oslo: [image('b2'), image('b2')] });
  });

  it('is deployed while the second API server is down, and comes up to date when that is back', async () => {
    await clusters.oslo.plane.kill('kube-apiserver');
    const deployed = clustered.deployLive(workload, 'c3');
    // Two looks in a row must find it gone.
    await eventually(async () => {
      await clustered.hurry('clusters');
      expect((await placed())['oslo']).toMatchObject({ state: 'active', phase: 'waiting' });
    }, patient);
    await deployed;
    expect((await placed())['oslo']).toMatchObject({ state: 'active', phase: 'waiting' });
    expect((await clusters.berlin.pods(workload.id)).map(({ spec }) => spec.containers[0]?.image)).toContain(
      image('c3'),
    );
    await restart(clusters.oslo);
    await eventually(async () => {
      await clustered.hurry('clusters');
      expect(await placed()).toMatchObject({ berlin: live('c3', 1), oslo: live('c3', 2) });
    }, patient);
    await runs({ berlin: [image('c3')], oslo: [image('c3'), image('c3')] });
    await isToldAs('berlin 1', 'oslo 2');
  });

  it('makes the second its first, and leaves nothing on the one before', async () => {
    await clustered.ask('owner', 'POST', `/v1/workloads/${workload.id}/move`, { cluster: 'oslo', drainSeconds: 0 });
    await eventually(async () => {
      expect(await placed()).toEqual({ oslo: expect.objectContaining({ isFirst: true, state: 'active' }) });
    }, patient);
    expect(await clusters.berlin.everythingOf(workload.id)).toEqual([]);
    await runs({ berlin: [], oslo: [image('c3')] });
    await isToldAs('oslo 1');
  });

  it('leaves nothing on either when it is deleted', async () => {
    await clustered.ask('owner', 'POST', path(), { cluster: 'berlin' });
    await runs({ berlin: [image('c3')], oslo: [image('c3')] });
    await clustered.ask('owner', 'DELETE', `/v1/workloads/${workload.id}`);
    for (const name of NAMES)
      await eventually(async () => expect(await clusters[name].everythingOf(workload.id)).toEqual([]), patient);
    await eventually(async () => expect((await clustered.allocations(workload)).at(-1)).toEqual([]), patient);
  });
});
