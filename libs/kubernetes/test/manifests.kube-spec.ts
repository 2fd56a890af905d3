import { environmentKind } from '@berth/contracts/deployment';
import { placesOf } from '@berth/contracts/runtime';
import {
  configManifests,
  isAsStated,
  isolationManifests,
  type KubeClient,
  type KubeObject,
  kindOf,
  kinds,
  labelNames,
  loginsManifest,
  MANIFEST_ANNOTATION,
  priorityClass,
  pullManifest,
  stamped,
  taskManifests,
  workloadManifests,
} from '../src/index.js';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { never, testCluster, type TestCluster } from './support/cluster.js';
import { anyWorkload, closedShop, ingressSettings, keeper, settings, shop, space, taskOn } from './support/desired.js';

interface Template extends KubeObject {
  readonly spec: {
    readonly template: { readonly metadata: object; readonly spec: { readonly volumes: object[] } };
    readonly volumeClaimTemplates?: { readonly metadata: { readonly name: string } }[];
  };
}

/** The pod that a Deployment's controller would make. */
const podOf = (deployment: KubeObject, namespace: string): KubeObject => {
  const { template, volumeClaimTemplates = [] } = (deployment as Template).spec;
  const { metadata, spec } = template;
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    ...{ name, persistentVolumeClaim: { claimName: name } },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: `pod-${randomBytes(4).toString('hex')}`, namespace },
    spec: { ...spec, volumes: [...spec.volumes, ...claimed] },
  } as unknown as KubeObject;
};

describe('manifests on a real API server', () => {
  let cluster: TestCluster;
  let client: KubeClient;
  let walls: KubeObject[];
  const namespace = `walls-${randomBytes(4).toString('hex')}`;
  beforeAll(async () => {
    cluster = await testCluster();
    client = cluster.client;
    walls = isolationManifests({ ...space, namespace, quota: null }, settings).map(stamped);
    for (const wall of walls) await client.apply(wall, never);
    for (const kind of environmentKind.options) await client.apply(priorityClass(kind), never);
  });
  afterAll(async () => {
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, never);
    await cluster.close();
  });

  const read = (object: KubeObject) =>
    client.get(kindOf(object), object.metadata.name, never, object.metadata.namespace);
  const refusalOf = async (object: KubeObject): Promise<string> => {
    try {
      await client.apply(object, never, { dryRun: true });
      return '';
    } catch (error) {
      return `${(error as Error).message}\n${JSON.stringify(object)}`;
    }
  };

  it('are admitted as they are, and every pod under Pod Security restricted, whatever the workload', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkload, async (any) => {
        const desired = { ...any, namespace };
        const ingresses = workloadManifests(desired, ingressSettings).filter(({ kind }) => kind === 'Ingress');
        const hasWeb = desired.processes.some(({ name }) => name === 'web');
        expect(ingresses).toHaveLength(hasWeb ? placesOf(desired).length : 0);
        const manifests = [...workloadManifests(desired, settings), ...ingresses];
        const secrets = [...configManifests(desired), ...pullManifest(desired), ...loginsManifest(desired)];
        for (const manifest of [...secrets, ...manifests]) expect(await refusalOf(stamped(manifest))).toBe('');
        const task = taskManifests(taskOn(desired), settings);
        for (const manifest of task) expect(await refusalOf(stamped(manifest))).toBe('');
        const withPods = [...manifests, ...task].filter(({ kind }) =>
          ['Deployment', 'StatefulSet', 'Job'].includes(kind),
        );
        for (const each of withPods) expect(await refusalOf(podOf(each, namespace))).toBe('');
      }),
      { numRuns: 40 },
    );
  }, 300_000);

  it('are for a namespace that would refuse a weaker pod', async () => {
    const pod = podOf(
      workloadManifests(shop, settings).find(({ kind }) => kind === 'Deployment')!,
      namespace,
    );
    const weaken = (change: object) => ({ ...pod, spec: { ...(pod as unknown as { spec: object }).spec, ...change } });
    for (const change of [
      { hostNetwork: true },
      { securityContext: { runAsUser: 0 } },
      { volumes: [{ name: 'tmp', hostPath: { path: '/' } }] },
    ])
      expect(await refusalOf(weaken(change))).toContain('restricted');
  });

  it('are known to be as they were stated, by their own fields, and not when one was touched', async () => {
    const files = [{ path: 'tls/key.pem', content: 'a2V5' }];
    const all = [{ ...closedShop, files }, keeper].map((each) => ({ ...each, namespace }));
    const stated = all.flatMap((each) => [
      ...[...configManifests(each), ...pullManifest(each), ...loginsManifest(each)],
      ...workloadManifests(each, settings),
      ...workloadManifests(each, ingressSettings).filter(({ kind }) => kind === 'Ingress'),
    ]);
    const manifests = [...walls, ...stated.map(stamped)];
    for (const manifest of manifests) await client.apply(manifest, never);
    for (const manifest of manifests) {
      const [observed, path] = [await read(manifest), manifest.kind];
      expect([path, isAsStated(observed ?? undefined, manifest)]).toEqual([path, true]);
    }
    for (const manifest of manifests) await touch(manifest);
    for (const manifest of manifests) {
      const observed = await read(manifest);
      expect([manifest.kind, isAsStated(observed ?? undefined, manifest)]).toEqual([manifest.kind, false]);
      await client.apply(manifest, never);
      expect(isAsStated((await read(manifest)) ?? undefined, manifest)).toBe(true);
    }
  });

  it('become ready pods', async () => {
    await eventually(
      async () => {
        const pods = [];
        for await (const page of client.pages<KubeObject & { status: { phase: string } }>(kinds.pod, never, {
          namespace,
        }))
          pods.push(...page.items.filter(({ metadata }) => metadata.labels?.[labelNames.app] === shop.name));
        expect(pods.map(({ status }) => status.phase)).toEqual(['Running', 'Running', 'Running']);
      },
      { within: 60_000 },
    );
  });

  /** Somebody edits by hand what differs from kind to kind: a label of ours. */
  async function touch(object: KubeObject): Promise<void> {
    const { plural, namespaced, apiVersion } = kindOf(object);
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const scope = namespaced ? `/namespaces/${namespace}` : '';
    await client.transport.ask({
      method: 'PATCH',
      path: `${root}${scope}/${plural}/${object.metadata.name}?fieldManager=somebody`,
      body: {
        metadata: {
          labels: { 'app.kubernetes.io/managed-by': 'somebody' },
          annotations: { [MANIFEST_ANNOTATION]: null },
        },
      },
      contentType: 'application/merge-patch+json',
      signal: never,
    });
  }
});
