import { Clock } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';

const service = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name } });
const { signal } = new AbortController();

/** Answers each object as it is told to. */
function clusterThat(apply: (object: KubeObject) => Promise<KubeObject>) {
  const client = { apply } as unknown as KubeClient;
  return new Cluster({ client, clock: new Clock(), onChange: () => {}, onReplace: () => {} });
}

describe('several objects stated at once', () => {
  it('do not wait for each other', async () => {
    const asked: string[] = [];
    const both = Promise.withResolvers<undefined>();
    const cluster = clusterThat(async (object) => {
      asked.push(object.metadata.name);
      if (asked.length === 2) both.resolve(undefined);
      await both.promise;
      return object;
    });
    await cluster.ensureAll([service('a'), service('b')], signal);
    expect(asked).toEqual(['a', 'b']);
  });

  it('fail as the first that was refused, and not before every request has been answered', async () => {
    const slow = Promise.withResolvers<KubeObject>();
    const refused = Promise.withResolvers<undefined>();
    const cluster = clusterThat(async ({ metadata }) => {
      if (metadata.name === 'slow') return slow.promise;
      refused.resolve(undefined);
      throw new Error(`no ${metadata.name}`);
    });
    const seen: string[] = [];
    const stating = cluster
      .ensureAll([service('slow'), service('b'), service('c')], signal)
      .catch((error: unknown) => seen.push((error as Error).message));
    await refused.promise;
    await new Promise((resolve) => setImmediate(resolve));
    seen.push('slow answers');
    slow.resolve(service('slow'));
    await stating;
    expect(seen).toEqual(['slow answers', 'no b']);
  });
});
