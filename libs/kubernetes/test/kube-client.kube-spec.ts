import { ApiError, ClusterUnreachable, KubeClient, kinds, Transport } from '../src/index.js';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  clock,
  configMap,
  type ConfigMap,
  never,
  testAccess,
  testCluster,
  type TestCluster,
} from './support/cluster.js';

describe('the verbs on a real API server', () => {
  let cluster: TestCluster;
  let client: KubeClient;
  let namespace: string;
  beforeAll(async () => {
    cluster = await testCluster();
    client = cluster.client;
    namespace = await cluster.namespace();
  });
  afterEach(() => cluster.proxy.heal());
  afterAll(() => cluster.close());

  const read = (name: string) => client.get<ConfigMap>(kinds.configMap, name, never, namespace);
  /** Somebody else, who states fields of the same object. */
  const editByHand = (name: string, data: Record<string, string>) =>
    client.transport.ask<ConfigMap>({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/configmaps/${name}?fieldManager=somebody`,
      body: { data },
      contentType: 'application/merge-patch+json',
      signal: never,
    });

  it('applies an object that is not there, and then changes it', async () => {
    await client.apply(configMap(namespace, 'made', { a: '1' }), never);
    await client.apply(configMap(namespace, 'made', { b: '2' }), never);
    expect((await read('made'))?.data).toEqual({ b: '2' });
  });

  it('writes nothing when it applies the same again', async () => {
    const first = await client.apply(configMap(namespace, 'same', { a: '1' }), never);
    const second = await client.apply(configMap(namespace, 'same', { a: '1' }), never);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('takes back a field that somebody changed, and leaves their own fields alone', async () => {
    await client.apply(configMap(namespace, 'shared', { ours: '1' }), never);
    await editByHand('shared', { ours: 'changed', theirs: 'x' });
    await client.apply(configMap(namespace, 'shared', { ours: '1' }), never);
    expect((await read('shared'))?.data).toEqual({ ours: '1', theirs: 'x' });
  });

  it('refuses a field that does not exist', async () => {
    const wrong = { ...configMap(namespace, 'wrong', {}), dat: {} };
    await expect(client.apply(wrong, never)).rejects.toMatchObject({ message: expect.stringContaining('dat') });
  });

  it('stores nothing in a dry run', async () => {
    const answer = await client.apply(configMap(namespace, 'dry', { a: '1' }), never, { dryRun: true });
    expect(answer.metadata.uid).toEqual(expect.any(String));
    expect(await read('dry')).toBeNull();
  });

  it('lists all pages as of one moment, with the kinds that the wire leaves out', async () => {
    const names = ['p1', 'p2', 'p3', 'p4', 'p5'];
    for (const name of names) await client.apply(configMap(namespace, name, {}, { set: 'pages' }), never);
    const pages = [];
    for await (const page of client.pages(kinds.configMap, never, { namespace, selector: 'set=pages', limit: 2 }))
      pages.push(page);
    expect(pages.map((page) => page.items.map((each) => each.metadata.name))).toEqual([
      ['p1', 'p2'],
      ['p3', 'p4'],
      ['p5'],
    ]);
    expect(new Set(pages.map((page) => page.metadata.resourceVersion)).size).toBe(1);
    expect(pages[0]?.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('deletes the very object that was meant, once', async () => {
    const object = await client.apply(configMap(namespace, 'doomed', {}), never);
    expect(await client.delete(object, never, { uid: '00000000-0000-0000-0000-000000000000' })).toBe(false);
    expect(await read('doomed')).not.toBeNull();
    expect(await client.delete(object, never, { uid: object.metadata.uid ?? '' })).toBe(true);
    expect(await client.delete(object, never)).toBe(false);
    expect(await read('doomed')).toBeNull();
  });

  it('deletes what an object owns after it, unless it is to be orphaned', async () => {
    for (const [propagation, left] of [
      ['Background', 0],
      ['Orphan', 1],
    ] as const) {
      const owner = await client.apply(configMap(namespace, `owner-${propagation.toLowerCase()}`, {}), never);
      const { name, uid = '' } = owner.metadata;
      const owned = configMap(namespace, `owned-${propagation.toLowerCase()}`, {});
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid }];
      await client.apply({ ...owned, metadata: { ...owned.metadata, ownerReferences } }, never);
      await client.delete(owner, never, { propagation });
      await eventually(
        async () => {
          expect(await read(name)).toBeNull();
          const rest = await read(owned.metadata.name);
          expect(rest?.metadata.ownerReferences?.length ?? 0).toBe(0);
          expect(rest === null ? 0 : 1).toBe(left);
        },
        { within: 60_000 },
      );
    }
  });

  it('waits as long as a throttled server asks, and then writes once', async () => {
    const when = (method: string) => method === 'PATCH';
    cluster.proxy.break({ when, fault: { kind: 'status', status: 429, retryAfter: 1 }, times: 2 });
    cluster.proxy.forget();
    const begun = performance.now();
    await client.apply(configMap(namespace, 'throttled', { a: '1' }), never);
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    expect(cluster.proxy.seen.map((each) => each.status)).toEqual([429, 429, 201]);
  });

  it('does not wait for ever for a server that always throttles', async () => {
    cluster.proxy.break({ fault: { kind: 'status', status: 429, retryAfter: 0 } });
    await expect(read('made')).rejects.toMatchObject({ status: 429 });
  });

  it('tells an answer that failed from a server that cannot be reached', async () => {
    cluster.proxy.break({ fault: { kind: 'status', status: 500 }, times: 1 });
    await expect(read('made')).rejects.toBeInstanceOf(ApiError);
    cluster.proxy.break({ fault: { kind: 'cut' } });
    await expect(read('made')).rejects.toBeInstanceOf(ClusterUnreachable);
    cluster.proxy.heal();
    cluster.proxy.break({ fault: { kind: 'half' }, times: 2 });
    await expect(read('made')).rejects.toBeInstanceOf(ClusterUnreachable);
  });

  it('survives a kept connection that the server closed', async () => {
    await read('made');
    cluster.proxy.break({ fault: { kind: 'cut' }, times: 1 });
    expect((await read('made'))?.data).toEqual({ b: '2' });
  });

  it('has room for requests however many streams are open', async () => {
    const controller = new AbortController();
    const path = `/api/v1/namespaces/${namespace}/configmaps?watch=true`;
    const streams = Array.from({ length: 50 }, () => client.transport.lines(path, controller.signal));
    await Promise.all(streams);
    expect((await read('made'))?.data).toEqual({ b: '2' });
    controller.abort();
  });

  it('gives up at once when it is told to', async () => {
    cluster.proxy.break({ fault: { kind: 'status', status: 429, retryAfter: 5 } });
    const controller = new AbortController();
    const asked = client.get(kinds.configMap, 'made', controller.signal, namespace);
    controller.abort();
    await expect(asked).rejects.toThrow();
  });

  it('refuses a server whose certificate it does not trust', async () => {
    const { server } = testAccess();
    const stranger = new KubeClient(new Transport({ server, token: () => 'x' }, clock));
    await expect(stranger.get(kinds.namespace, 'default', never)).rejects.toThrow(/self.signed|SELF_SIGNED|UNABLE_TO/i);
    stranger.transport.close();
  });

  it('asks for a new token when the server refuses the one it has', async () => {
    const { server, authority = '' } = testAccess();
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'reader' } };
    await client.apply(account, never);
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/reader/token`;
    const { status } = await client.transport.ask<{ status: { token: string } }>({
      ...{
        method: 'POST',
        path,
        signal: never,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      },
    });
    const given: (string | undefined)[] = [];
    const token = (refused?: string) => (given.push(refused), refused === undefined ? 'expired' : status.token);
    const reader = new KubeClient(new Transport({ server, authority, token }, clock));
    // It may do nothing, but it is known by now: 403, not 401.
    await expect(reader.get(kinds.configMap, 'made', never, namespace)).rejects.toMatchObject({ status: 403 });
    expect(given).toEqual([undefined, 'expired']);
    const hopeless = new KubeClient(new Transport({ server, authority, token: () => 'expired' }, clock));
    await expect(hopeless.get(kinds.configMap, 'made', never, namespace)).rejects.toMatchObject({ status: 401 });
    reader.transport.close();
    hopeless.transport.close();
  });
});
