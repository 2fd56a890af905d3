import { environmentKind } from '@berth/contracts/deployment';
import { randomBytes } from 'node:crypto';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isAsStated,
  isolationManifests,
  isPodMaker,
  type KubeClient,
  type KubeObject,
  podOf,
  priorityClass,
  stamped,
  workloadManifests,
} from '../src/index.js';
import { never, testCluster, type TestCluster } from './support/cluster.js';
import { anyWorkload, settings, shop, space } from './support/desired.js';
import { withPatches } from './support/patches.js';

describe('pods with any patch that is taken', () => {
  let cluster: TestCluster;
  let client: KubeClient;
  const namespace = `patched-${randomBytes(4).toString('hex')}`;
  beforeAll(async () => {
    cluster = await testCluster();
    client = cluster.client;
    for (const kind of environmentKind.options) await cluster.client.apply(priorityClass(kind), never);
    for (const wall of isolationManifests({ ...space, namespace, quota: null }, settings))
      await client.apply(stamped(wall), never);
  });
  afterAll(async () => {
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, never);
    await cluster.close();
  });

  const makersOf = (desired: DesiredWorkload) => workloadManifests(desired, settings).filter(isPodMaker);
  const admitted = (object: KubeObject) => client.apply(object, never, { dryRun: true });

  it('are admitted under restricted, with the selector and the labels that they have without', async () => {
    const any = anyWorkload.map((each) => ({ ...each, namespace }));
    const both = any.chain((plain) => withPatches(plain).map((desired) => ({ plain, desired })));
    await fc.assert(
      fc.asyncProperty(both, async ({ plain, desired }) => {
        const before = makersOf(plain);
        for (const [at, maker] of makersOf(desired).entries()) {
          expect(maker.spec.selector).toEqual(before[at]?.spec.selector);
          expect(maker.spec.template.metadata.labels).toEqual(before[at]?.spec.template.metadata.labels);
          const made = await admitted(stamped(maker));
          expect(made.metadata.labels).toEqual(maker.metadata.labels);
          const pod = await admitted(podOf(maker));
          expect(pod.metadata.labels).toEqual(maker.spec.template.metadata.labels);
        }
      }),
      { numRuns: 40 },
    );
  }, 300_000);

  it('are known to be as they were stated', async () => {
    const [desired] = fc.sample(withPatches({ ...shop, namespace }), 1);
    for (const maker of makersOf(desired!)) {
      const applied = await client.apply(stamped(maker), never);
      expect(isAsStated(applied, stamped(maker))).toBe(true);
    }
  });
});
