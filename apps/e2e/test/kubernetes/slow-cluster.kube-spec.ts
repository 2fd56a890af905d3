import type { Deployment, Workload } from '@berth/contracts/deployment';
import { eventually, type FaultProxy } from '@berth/testing';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ClusteredService, patient } from './clustered-service.js';
import { PlayedCluster } from './played-cluster.js';
import { WorkloadsOn } from './workloads-on.js';

jest.setTimeout(300_000);

const NAMES = ['slow', 'quick'] as const;
type Name = (typeof NAMES)[number];
/** Fewer than the loop works on at once: of each a pass is under way whenever it may be. */
const LOAD = 6;

let clusters: Record<Name, PlayedCluster>;
let clustered: ClusteredService;
let proxy: FaultProxy;

beforeAll(async () => {
  clusters = { slow: await PlayedCluster.start(), quick: await PlayedCluster.start() };
  clustered = await ClusteredService.start();
  const behind = await clusters.slow.behindProxy();
  proxy = behind.proxy;
  const credentials = { kind: 'kubeconfig', kubeconfig: behind.kubeconfig };
  expect(await clustered.register('slow', clusters.slow, { credentials })).toMatchObject({ status: 201 });
  expect(await clustered.register('quick', clusters.quick)).toMatchObject({ status: 201 });
}, 1_200_000);
afterAll(async () => {
  proxy.heal();
  await clustered.close();
  await proxy.close();
  for (const name of NAMES) await clusters[name].stop();
});

const inTurn = async <Item, Made>(items: readonly Item[], make: (item: Item) => Promise<Made>): Promise<Made[]> => {
  const made: Made[] = [];
  for (const item of items) made.push(await make(item));
  return made;
};

it('of which every answer takes 1.5 s, and writes none yet, holds up no deployment on another one', async () => {
  const on = {
    slow: new WorkloadsOn(clusters.slow, clustered, 'slow'),
    quick: new WorkloadsOn(clusters.quick, clustered, 'quick'),
  };
  const slow = await inTurn([...Array(LOAD).keys()], (nth) => on.slow.live(`slow-${nth}`));
  const quick = await inTurn([1, 2], (nth) => on.quick.live(`quick-${nth}`));
  const gate = Promise.withResolvers<void>();
  // However slow this machine is, none of them is done before the others.
  const isRollout = (method: string, path: string) => method !== 'GET' && path.includes('/deployments/');
  proxy.break(
    { when: isRollout, fault: { kind: 'held', until: gate.promise } },
    { fault: { kind: 'slow', milliseconds: 1_500 } },
  );
  const roll = (place: Name, workloads: readonly Workload[]): Promise<Deployment[]> =>
    Promise.all(workloads.map((each) => on[place].begin(each, 'b2')));
  const late = await roll('slow', slow);
  // At least: a request that is given up is tried again, and stays held.
  await eventually(() => expect(proxy.holding).toBeGreaterThanOrEqual(LOAD), patient);
  for (const each of await roll('quick', quick)) await on.quick.ends(each, 'live');
  expect(proxy.holding).toBeGreaterThanOrEqual(LOAD);
  gate.resolve();
  for (const each of late) await on.slow.ends(each, 'live');
});
