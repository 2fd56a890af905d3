import type { DesiredFile, DesiredWorkload } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import { configManifests, type KubeObject, taskManifests, workloadManifests } from '../src/index.js';
import { digestOf, keeper, settings, sharedShop, shop, taskOn } from './support/desired.js';

const fileOf = (path: string, text: string): DesiredFile => ({ path, content: Buffer.from(text).toString('base64') });
const files = [fileOf('nginx.conf', 'events {}'), fileOf('tls/key.pem', 'key')];

interface Podded extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly securityContext: object;
  readonly volumes: readonly { readonly name: string; readonly secret?: object }[];
  readonly containers: readonly { readonly env?: readonly object[]; readonly volumeMounts: readonly object[] }[];
}

const podsOf = (manifests: readonly KubeObject[]): PodSpec[] =>
  (manifests as readonly Podded[])
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map(({ spec }) => spec.template.spec);
const secretsOf = (manifests: readonly KubeObject[]) =>
  (manifests as readonly Podded[])
    .filter(({ kind, metadata }) => kind === 'Secret' && metadata.name.includes('-files'))
    .map(({ metadata, data }) => [metadata.name, data]);
const sourceIn = ({ volumes }: PodSpec) => volumes.find(({ name }) => name === 'files')?.secret;
const items = [
  { key: 'file-0', path: 'nginx.conf' },
  { key: 'file-1', path: 'tls/key.pem' },
];
const variable = { name: 'BERTH_FILES', value: '/run/berth/files' };

describe('files of a release on Kubernetes', () => {
  const filed: DesiredWorkload = { ...shop, files };

  it('are one immutable Secret, named by its config, which every pod has read only and its group may read', () => {
    const name = `shop-files-${'def'.padEnd(10, '0')}`;
    const [, secret] = configManifests(filed);
    expect(secret).toMatchObject({ kind: 'Secret', type: 'Opaque', immutable: true, metadata: { name } });
    expect(secretsOf(configManifests(filed))).toEqual([
      [name, { 'file-0': files[0]?.content, 'file-1': files[1]?.content }],
    ]);
    const pods = podsOf(workloadManifests(filed, settings));
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(sourceIn(pod)).toEqual({ secretName: name, defaultMode: 0o440, items });
      expect(pod.securityContext).toMatchObject({ fsGroup: 10_001, runAsNonRoot: true });
      expect(pod.containers[0]?.volumeMounts).toContainEqual({
        ...{ name: 'files', mountPath: '/run/berth/files', readOnly: true },
      });
      expect(pod.containers[0]?.env).toContainEqual(variable);
    }
    expect(pods[0]?.containers[0]?.env).toContainEqual({ name: 'PORT', value: '8080' });
  });

  it('lie beside volumes', () => {
    for (const pod of podsOf(workloadManifests({ ...keeper, files }, settings))) {
      expect(sourceIn(pod)).toMatchObject({ items });
      expect(pod.containers[0]?.env).toEqual(expect.arrayContaining([variable]));
      expect(pod.containers[0]?.volumeMounts).toHaveLength(3);
    }
  });

  it('change nothing for what has none', () => {
    const bare = { ...shop, files: [] };
    expect(workloadManifests(bare, settings)).toEqual(workloadManifests(shop, settings));
    expect(configManifests(bare)).toEqual(configManifests(shop));
    expect(taskManifests(taskOn(bare), settings)).toEqual(taskManifests(taskOn(shop), settings));
  });

  it('of a canary are its own', () => {
    const canary = { ...sharedShop.canary!, files: [fileOf('nginx.conf', 'other')] };
    canary.release = { ...canary.release, configHash: digestOf('abcabc') };
    const both = configManifests({ ...sharedShop, files, canary });
    expect(secretsOf(both).map(([name]) => name)).toEqual(['shop-files-def0000000', 'shop-files-abcabc0000']);
    const { files: _, ...none } = canary;
    const pods = podsOf(workloadManifests({ ...sharedShop, files, canary: none }, settings));
    expect(pods.map(sourceIn).filter((each) => each === undefined)).toHaveLength(1);
  });

  it('of a command go with it', () => {
    const task = taskManifests(taskOn(filed), settings);
    const [[name, data] = []] = secretsOf(task);
    expect(data).toEqual({ 'file-0': files[0]?.content, 'file-1': files[1]?.content });
    const [pod] = podsOf(task);
    expect(sourceIn(pod!)).toEqual({ secretName: name, defaultMode: 0o440, items });
    expect(pod?.containers[0]?.env).toEqual([variable]);
    const labels = task.map(({ metadata }) => metadata.labels?.['berth.dev/task']);
    expect(new Set(labels)).toEqual(new Set([taskOn(filed).taskId]));
  });
});
