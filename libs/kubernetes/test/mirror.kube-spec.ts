import { type KubeObject, kinds, KubeClient, Mirror, readKubeconfig } from '../src/index.js';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts a control plane is no library
import { type KubePlane, startKube } from '../../../tools/kube/kube.mjs';
import { clock, configMap, type ConfigMap, never, testCluster, type TestCluster } from './support/cluster.js';

const isWatch = (_: string, path: string) => path.includes('watch=true');
const isList = (_: string, path: string) => path.includes('limit=');
const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

interface Following {
  readonly mirror: Mirror<ConfigMap>;
  readonly hints: string[];
  replaced(): number;
  stop(): Promise<void>;
}

describe('a mirror of one kind', () => {
  let plane: KubePlane;
  let cluster: TestCluster;
  let client: KubeClient;
  let namespace: string;
  const running: Following[] = [];
  beforeAll(async () => {
    // One of its own: it is killed.
    plane = await startKube({ nodes: 0 });
    cluster = await testCluster(readKubeconfig(readFileSync(plane.kubeconfig, 'utf8')));
    client = cluster.client;
    namespace = await cluster.namespace();
  }, 1_200_000);
  afterEach(async () => {
    cluster.proxy.heal();
    for (const each of running.splice(0)) await each.stop();
  });
  afterAll(async () => {
    await cluster.close();
    await plane.stop();
  });

  /** Follows the objects with one label of this test. */
  function follow(set: string, watchSeconds?: number, isOptional = false): Following {
    const controller = new AbortController();
    const hints: string[] = [];
    let replaced = 0;
    const mirror = new Mirror<ConfigMap>(client, {
      ...{ kind: kinds.configMap, clock, selector: `set=${set}`, indexBy: (item) => item.metadata.labels?.['app'] },
      ...{ onChange: (item) => hints.push(item.metadata.name), onReplace: () => replaced++ },
      ...(watchSeconds && { watchSeconds }),
      isOptional,
    });
    const done = mirror.follow(controller.signal);
    const following = { mirror, hints, replaced: () => replaced, stop: () => (controller.abort(), done) };
    running.push(following);
    return following;
  }
  const apply = (set: string, name: string, value: string, app = 'shop') =>
    client.apply(configMap(namespace, name, { value }, { set, app }), never);
  const valueOf = ({ mirror }: Following, name: string) => mirror.get(name, namespace)?.data['value'];
  const connected = (following: Following) =>
    eventually(() => expect(following.mirror.lost).toBeNull(), { within: 60_000 });
  const shows = (following: Following, name: string, value: string | undefined) =>
    eventually(() => expect(valueOf(following, name)).toBe(value), { within: 60_000 });

  it('shows what was there, what came, what changed and what went, and nothing else', async () => {
    await apply('plain', 'before', '1');
    await apply('other', 'stranger', '1');
    const following = follow('plain');
    expect(following.mirror.lost).not.toBeNull();
    await shows(following, 'before', '1');
    await apply('plain', 'later', '1');
    await apply('plain', 'before', '2');
    await shows(following, 'later', '1');
    await shows(following, 'before', '2');
    expect(following.mirror.of('shop').map((each) => each.metadata.name)).toEqual(['before', 'later']);
    await client.delete(configMap(namespace, 'before', {}), never);
    await shows(following, 'before', undefined);
    expect(following.mirror.of('shop').map((each) => each.metadata.name)).toEqual(['later']);
    expect(following.hints).toEqual(expect.arrayContaining(['before', 'later']));
    expect(following.mirror.get('stranger', namespace)).toBeUndefined();
  });

  it('asks the server nothing to be read', async () => {
    await apply('quiet', 'quiet', '1');
    const following = follow('quiet');
    await shows(following, 'quiet', '1');
    await connected(following);
    cluster.proxy.forget();
    for (let pass = 0; pass < 1_000; pass++) expect(following.mirror.of('shop')).toHaveLength(1);
    expect(cluster.proxy.count()).toBe(0);
  });

  it('goes on after a connection that was cut without reading everything anew', async () => {
    const following = follow('cut');
    await connected(following);
    cluster.proxy.forget();
    cluster.proxy.cutOpen();
    await apply('cut', 'cut', '1');
    await shows(following, 'cut', '1');
    expect(cluster.proxy.count((each) => isList('', each.path))).toBe(0);
    expect(following.replaced()).toBe(1);
  });

  it('goes on after a watch that the server ended in order', async () => {
    const following = follow('ended', 1);
    await connected(following);
    cluster.proxy.forget();
    await eventually(() => expect(cluster.proxy.count((each) => isWatch('', each.path))).toBeGreaterThan(1));
    await apply('ended', 'ended', '1');
    await shows(following, 'ended', '1');
    expect(following.replaced()).toBe(1);
  });

  it.each([
    ['as an answer', 410],
    ['as an event', 200],
  ])('reads everything anew when its place in the history is gone (%s)', async (_, status) => {
    const set = `gone-${status}`;
    await apply(set, `${set}-stays`, '1');
    await apply(set, `${set}-goes`, '1');
    const following = follow(set);
    await shows(following, `${set}-goes`, '1');
    await connected(following);
    const body = status === 410 ? expired : { type: 'ERROR', object: expired };
    cluster.proxy.break({ when: isWatch, fault: { kind: 'cut' } });
    cluster.proxy.cutOpen();
    await client.delete(configMap(namespace, `${set}-goes`, {}), never);
    await apply(set, `${set}-stays`, '2');
    cluster.proxy.heal();
    cluster.proxy.break({ when: isWatch, fault: { kind: 'status', status, body }, times: 1 });
    await shows(following, `${set}-stays`, '2');
    await shows(following, `${set}-goes`, undefined);
    expect(following.replaced()).toBe(2);
  });

  it('says that it is not connected while the server fails, and why', async () => {
    const following = follow('failing');
    await connected(following);
    cluster.proxy.break({ when: isWatch, fault: { kind: 'status', status: 500 } });
    cluster.proxy.cutOpen();
    await eventually(() => expect(following.mirror.lost).toMatchObject({ status: 500 }));
    cluster.proxy.heal();
    await connected(following);
  });

  it('reads everything anew after an answer that it does not understand', async () => {
    await apply('strange', 'strange', '1');
    const following = follow('strange');
    await shows(following, 'strange', '1');
    await connected(following);
    const body = { hello: 'from a proxy in between' };
    cluster.proxy.break({ when: isWatch, fault: { kind: 'status', status: 200, body }, times: 1 });
    cluster.proxy.cutOpen();
    await apply('strange', 'strange', '2');
    await shows(following, 'strange', '2');
    expect(following.replaced()).toBe(2);
    cluster.proxy.break({ when: isList, fault: { kind: 'status', status: 200, body }, times: 1 });
    cluster.proxy.break({ when: isWatch, fault: { kind: 'status', status: 410, body: expired }, times: 1 });
    cluster.proxy.cutOpen();
    await apply('strange', 'strange', '3');
    await shows(following, 'strange', '3');
  });

  it('shows nothing of a kind that need not be there while it is not, and all of it when it comes', async () => {
    await apply('optional', 'optional', '1');
    const ofIt = (_: string, path: string) => path.includes('set%3Doptional');
    cluster.proxy.break({ when: ofIt, fault: { kind: 'status', status: 404 } });
    const [optional, needed] = [follow('optional', 1, true), follow('optional', 1)];
    await connected(optional);
    expect(optional.mirror.isServed).toBe(false);
    expect(valueOf(optional, 'optional')).toBeUndefined();
    await eventually(() => expect(needed.mirror.lost).toMatchObject({ status: 404 }));
    cluster.proxy.heal();
    await shows(optional, 'optional', '1');
    expect(optional.mirror.isServed).toBe(true);
    await shows(needed, 'optional', '1');
    cluster.proxy.break({ when: ofIt, fault: { kind: 'status', status: 404 } });
    cluster.proxy.cutOpen();
    await shows(optional, 'optional', undefined);
    expect(optional.mirror.lost).toBeNull();
    // It is looked for again and again, and told of once.
    const told = optional.replaced();
    cluster.proxy.forget();
    await eventually(() => expect(cluster.proxy.count(({ path }) => ofIt('', path))).toBeGreaterThan(4), {
      within: 60_000,
    });
    expect(optional.replaced()).toBe(told);
  });

  it('waits as long as a throttled server asks', async () => {
    const following = follow('throttled');
    await connected(following);
    cluster.proxy.forget();
    cluster.proxy.break({ when: isWatch, fault: { kind: 'status', status: 429, retryAfter: 2 }, times: 1 });
    const begun = performance.now();
    cluster.proxy.cutOpen();
    await eventually(() => expect(cluster.proxy.count((each) => each.status === 200)).toBe(1), { within: 60_000 });
    expect(performance.now() - begun).toBeGreaterThan(1_900);
  });

  it('is right again after the API server and its store were killed and started', async () => {
    await apply('restart', 'restart', '1');
    const following = follow('restart');
    await shows(following, 'restart', '1');
    await plane.kill('kube-apiserver');
    await plane.kill('etcd');
    await eventually(() => expect(following.mirror.lost).not.toBeNull());
    await plane.start('etcd');
    await plane.start('kube-apiserver');
    await eventually(() => apply('restart', 'restart', '2'));
    await shows(following, 'restart', '2');
    await connected(following);
  });

  it('shows at once what a write of ours answered, and is not set back by older news', async () => {
    const following = follow('own');
    await connected(following);
    const first = await apply('own', 'own', '1');
    const second = await apply('own', 'own', '2');
    following.mirror.put(second);
    expect(valueOf(following, 'own')).toBe('2');
    following.mirror.put(first);
    expect(valueOf(following, 'own')).toBe('2');
    await client.delete(second, never);
    await shows(following, 'own', undefined);
    following.mirror.put(second);
    expect(valueOf(following, 'own')).toBeUndefined();
    const again: KubeObject = await apply('own', 'own', '3');
    expect(again.metadata.uid).not.toBe(second.metadata.uid);
    await shows(following, 'own', '3');
  });
});
