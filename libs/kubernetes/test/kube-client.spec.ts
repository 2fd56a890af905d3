import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { discover, kinds, type KubeClient, type KubeObject, problemsOf, serverVersion } from '../src/index.js';
import { type Asked, answer, clientOf, refusal, ScriptedServer } from './support/scripted-server.js';

const never = new AbortController().signal;
const configMap: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'shop', uid: 'u1' } },
};

let server: ScriptedServer;
let client: KubeClient;
beforeAll(async () => (server = await ScriptedServer.start()));
beforeEach(() => void ({ client } = clientOf(server)));
afterEach(() => client.transport.close());
afterAll(() => server.stop());

const asked = (): Asked => server.asked[0] as Asked;
const all = async (filter: Parameters<KubeClient['pages']>[2] = {}) => {
  const names: string[] = [];
  for await (const { items } of client.pages(kinds.pod, never, filter))
    names.push(...items.map(({ kind, apiVersion, metadata }) => `${apiVersion} ${kind} ${metadata.name}`));
  return names;
};

describe('what is stated', () => {
  beforeEach(() => server.will(answer(200, configMap)));

  it('takes over what others state, in our name, and knows no field that there is not', async () => {
    await client.apply(configMap, never);
    expect(asked()).toMatchObject({
      ...{ method: 'PATCH', path: '/api/v1/namespaces/shop/configmaps/web' },
      ...{ contentType: 'application/apply-patch+yaml', body: configMap },
    });
    expect(Object.fromEntries(asked().query)).toEqual({
      ...{ fieldManager: 'berth', force: 'true', fieldValidation: 'Strict' },
    });
  });

  it('is only tried where it is a dry run, and leaves what others state where that was asked', async () => {
    await client.apply(configMap, never, { dryRun: true, force: false, manager: 'other' });
    expect(Object.fromEntries(asked().query)).toMatchObject({ dryRun: 'All', force: 'false', fieldManager: 'other' });
  });

  it('never leads to another place than its name says', async () => {
    const object = { ...configMap, metadata: { name: '../../secrets/x?y', namespace: 'a/b' } };
    await client.apply(object, never);
    expect(asked().path).toBe('/api/v1/namespaces/a%2Fb/configmaps/..%2F..%2Fsecrets%2Fx%3Fy');
  });

  it('of a status is of the very object that was read', async () => {
    await client.applyStatus(kinds.configMap, configMap, { phase: 'Ready' }, never);
    expect(asked().path).toBe('/api/v1/namespaces/shop/configmaps/web/status');
    expect(asked().body).toEqual({ ...configMap, status: { phase: 'Ready' } });
  });

  it('of a number of instances is handed over in another name, and nothing else with it', async () => {
    const metadata = { name: 'web', namespace: 'shop', labels: { a: 'b' } };
    await client.handOverReplicas({ apiVersion: 'apps/v1', kind: 'Deployment', metadata }, 3, never);
    expect(asked().query.get('fieldManager')).toBe('berth-scale');
    expect(asked().body).toEqual({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
      spec: { replicas: 3 },
    });
  });

  it.each([409, 422, 500])('and answered by %d is an error of its own', async (status) => {
    server.will(refusal(status, 'No'));
    await expect(client.apply(configMap, never)).rejects.toMatchObject({ status });
    await expect(client.applyStatus(kinds.configMap, configMap, {}, never)).rejects.toMatchObject({ status });
  });
});

describe('what is looked for', () => {
  it('is not there only when the server says so', async () => {
    server.will(refusal(404, 'NotFound'));
    expect(await client.get(kinds.pod, 'web', never, 'shop')).toBeNull();
    for (const status of [403, 410, 500]) {
      server.will(refusal(status, 'No'));
      await expect(client.get(kinds.pod, 'web', never, 'shop')).rejects.toMatchObject({ status });
    }
  });

  it('is in all namespaces where none is named', async () => {
    server.will(answer(200, { metadata: {}, items: [] }));
    await all();
    expect(asked().path).toBe('/api/v1/pods');
    server.will(answer(200, { metadata: {}, items: [] }));
    await all({ namespace: 'shop' });
    expect(asked().path).toBe('/api/v1/namespaces/shop/pods');
  });

  it('comes page by page, selected alike on each, with the kind that the wire leaves out', async () => {
    const page = (name: string, next?: string) =>
      answer(200, { metadata: { ...(next && { continue: next }) }, items: [{ metadata: { name } }] });
    server.will(page('a', 'one'), page('b', 'two&x=1'), page('c'));
    expect(await all({ selector: 'app=shop', limit: 1 })).toEqual(['v1 Pod a', 'v1 Pod b', 'v1 Pod c']);
    expect(server.asked.map(({ query }) => Object.fromEntries(query))).toEqual([
      { limit: '1', labelSelector: 'app=shop' },
      { limit: '1', labelSelector: 'app=shop', continue: 'one' },
      { limit: '1', labelSelector: 'app=shop', continue: 'two&x=1' },
    ]);
  });

  it('is an error, not a shorter list, when a page cannot be had', async () => {
    const first = answer(200, { metadata: { continue: 'one' }, items: [{ metadata: { name: 'a' } }] });
    for (const status of [410, 500]) {
      server.will(first, refusal(status, 'No'));
      await expect(all()).rejects.toMatchObject({ status });
    }
  });
});

describe('what is deleted', () => {
  it('is the very object that was meant, and what it owns goes after it', async () => {
    server.will(answer(200));
    expect(await client.delete(configMap, never, { uid: 'u1', resourceVersion: '7' })).toBe(true);
    expect(asked()).toMatchObject({ method: 'DELETE', path: '/api/v1/namespaces/shop/configmaps/web' });
    expect(asked().body).toMatchObject({
      ...{ propagationPolicy: 'Background', preconditions: { uid: 'u1', resourceVersion: '7' } },
    });
  });

  it('is whatever has the name where nothing else was said', async () => {
    server.will(answer(200));
    await client.delete(configMap, never, { propagation: 'Orphan' });
    expect(asked().body).toMatchObject({ propagationPolicy: 'Orphan', preconditions: {} });
  });

  it.each([404, 409])('is not, when the server answers %d: it is gone, or another one', async (status) => {
    server.will(refusal(status, 'No'));
    expect(await client.delete(configMap, never)).toBe(false);
  });

  it.each([403, 422, 500])('is not known to be, when the server answers %d', async (status) => {
    server.will(refusal(status, 'No'));
    await expect(client.delete(configMap, never)).rejects.toMatchObject({ status });
  });
});

describe('a cluster', () => {
  const version = (minor: string) => answer(200, { gitVersion: `v1.${minor}`, minor });
  /** Every group that is asked for is served, but for one. */
  const serving = (group: string, instead: ReturnType<typeof answer>) => (response: never, request: Asked) => {
    if (request.path === '/version') return version('31+')(response, request);
    if (request.path.endsWith(group)) return instead(response, request);
    const resources = [...Object.values(kinds).map(({ plural }) => plural), 'environments', 'workloads', 'apps'];
    return answer(200, { resources: resources.map((name) => ({ name })) })(response, request);
  };

  it('is of a version also where its provider adds something to the number', async () => {
    server.will(version('31+'));
    expect(await serverVersion(client, never)).toEqual({ version: 'v1.31+', minor: 31 });
  });

  it('that serves everything has no problem', async () => {
    server.will(serving('nothing', answer(200)) as never);
    const facts = await discover(client, never);
    expect(facts).toMatchObject({ minor: 31, missing: [], hasMetrics: true, hasDeclarations: true });
    expect(problemsOf(facts)).toEqual([]);
  });

  it('without a Gateway API is one that routes need, unless they are Ingresses', async () => {
    server.will(serving('gateway.networking.k8s.io/v1', refusal(404, 'NotFound')) as never);
    const facts = await discover(client, never);
    expect(problemsOf(facts)).toMatchObject([{ code: 'gateway_api_missing', severity: 'blocking' }]);
    expect(problemsOf(facts, 'nginx')).toEqual([]);
  });

  it('without metrics lacks statistics alone', async () => {
    server.will(serving('metrics.k8s.io/v1beta1', refusal(404, 'NotFound')) as never);
    const facts = await discover(client, never);
    expect(problemsOf(facts)).toMatchObject([{ code: 'metrics_missing', severity: 'degraded' }]);
  });

  it('that serves two of the three declared kinds serves no declarations', async () => {
    const two = answer(200, { resources: [{ name: 'apps' }, { name: 'workloads' }] });
    server.will(serving('berth.dev/v1alpha1', two) as never);
    expect(await discover(client, never)).toMatchObject({ hasDeclarations: false });
  });

  it.each([
    ['25', ['version_too_old']],
    ['26', []],
    ['', ['version_too_old']],
  ])('of minor version %j has the problems %j', async (minor, codes) => {
    server.will(version(minor));
    const facts = { ...(await serverVersion(client, never)), missing: [], hasMetrics: true, hasDeclarations: true };
    expect(problemsOf(facts).map(({ code }) => code)).toEqual(codes);
  });

  it.each([403, 500])('is not said to lack what it answers %d for', async (status) => {
    server.will(serving('gateway.networking.k8s.io/v1', refusal(status, 'No')) as never);
    await expect(discover(client, never)).rejects.toMatchObject({ status });
  });
});
