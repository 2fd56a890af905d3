import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { kinds, preflight } from '../src/index.js';
import { never, testCluster, type TestCluster } from './support/cluster.js';

const gateway = { namespace: 'default', name: 'preflight' };
const GATEWAYS = '/apis/gateway.networking.k8s.io/v1';

describe('a look at a whole cluster', () => {
  let cluster: TestCluster;
  const apply = (path: string, body: object) =>
    cluster.client.transport.ask({
      ...{ method: 'PATCH', path: `${path}?fieldManager=test&force=true`, body, signal: never },
      contentType: 'application/apply-patch+yaml',
    });
  beforeAll(async () => {
    cluster = await testCluster();
    const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }];
    await apply(`${GATEWAYS}/namespaces/default/gateways/preflight`, {
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'preflight' } },
      spec: { gatewayClassName: 'played', listeners },
    });
  });
  afterEach(() => cluster.proxy.heal());
  afterAll(async () => {
    const path = `${GATEWAYS}/namespaces/default/gateways/preflight`;
    await cluster.client.transport.ask({ method: 'DELETE', path, signal: never });
    await cluster.close();
  });

  const answer = (start: string, status: number, body?: object) =>
    cluster.proxy.break({
      when: (_, path) => path.startsWith(start),
      fault: { kind: 'status', status, ...(body && { body }) },
    });
  const look = () => preflight(cluster.client, { gateway }, never);
  const failedIn = async () => {
    const { isFit, checks } = await look();
    const failed = checks.filter(({ outcome }) => outcome === 'failed');
    expect(isFit).toBe(failed.length === 0);
    for (const { outcome, nextStep } of checks) expect(nextStep === null).toBe(outcome === 'passed');
    return failed.map(({ name, message }) => `${name}: ${message}`);
  };

  it('finds nothing that keeps workloads away', async () => {
    expect(await failedIn()).toEqual([]);
    const { version, checks } = await look();
    expect(version).toMatch(/^v1\.\d+/);
    const names = [
      'accepted',
      'declarations',
      'gateway',
      'kinds',
      'metrics',
      'permissions',
      'pod-security',
      'priorities',
      'protections',
      'reachable',
    ];
    expect(checks.map(({ name }) => name).sort()).toEqual([...names, 'storage', 'storage-use', 'version']);
  });

  it('finds an old version', async () => {
    answer('/version', 200, { gitVersion: 'v1.25.9', minor: '25' });
    expect(await failedIn()).toEqual(['version: It is Kubernetes v1.25.9.']);
  });

  it('finds that the Gateway API is missing, once', async () => {
    answer('/apis/gateway.networking.k8s.io', 404);
    expect(await failedIn()).toEqual(['gateway: It serves no HTTPRoute.']);
  });

  it('says that routes are Ingresses where there is a class of them and no Gateway API', async () => {
    const path = '/apis/networking.k8s.io/v1/ingressclasses/preflight';
    await apply(path, {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'preflight' } },
      spec: { controller: 'example.com/played' },
    });
    const doors = async (ingressClass: string) => {
      const { isFit, checks } = await preflight(cluster.client, { gateway, ingressClass }, never);
      const door = checks.filter(({ name }) => name === 'gateway' || name === 'ingress');
      return { isFit, doors: door.map(({ name, outcome, message }) => `${name} ${outcome}: ${message}`) };
    };
    expect(await doors('preflight')).toEqual({
      ...{ isFit: true, doors: [expect.stringMatching(/^gateway passed: Gateway default\/preflight is there/)] },
    });
    answer('/apis/gateway.networking.k8s.io', 404);
    expect(await doors('preflight')).toEqual({
      ...{ isFit: true, doors: [expect.stringMatching(/^ingress passed: .* Ingresses of the class preflight\.$/)] },
    });
    expect(await doors('other')).toEqual({
      ...{ isFit: false, doors: [expect.stringMatching(/^ingress failed: .* no class other of Ingresses\.$/)] },
    });
    await cluster.client.transport.ask({ method: 'DELETE', path, signal: never });
  });

  it('says whether apps can ask visitors for passwords, which only Traefik does', async () => {
    const said = async () => {
      const { isFit, checks } = await look();
      expect(isFit).toBe(true);
      const { outcome, message } = checks.find(({ name }) => name === 'protections')!;
      return `${outcome}: ${message}`;
    };
    expect(await said()).toMatch(/^warning: .* Gateway default\/preflight is not there, or its class is not\.$/);
    answer(`${GATEWAYS}/gatewayclasses/`, 200, { spec: { controllerName: 'example.com/other' } });
    expect(await said()).toMatch(
      /^warning: .* belongs to example\.com\/other \(class played\), which is not Traefik\.$/,
    );
    cluster.proxy.heal();
    answer(`${GATEWAYS}/gatewayclasses/`, 200, { spec: { controllerName: 'traefik.io/gateway-controller' } });
    expect(await said()).toMatch(/^passed: Its gateway is Traefik/);
    answer('/apis/traefik.io', 404);
    expect(await said()).toMatch(/^warning: .* it serves no Middleware of traefik\.io\/v1alpha1/);
  });

  it('finds that the gateway is not there', async () => {
    answer(`${GATEWAYS}/namespaces/default/gateways/preflight`, 404);
    expect(await failedIn()).toEqual(['gateway: There is no Gateway default/preflight.']);
  });

  it('names every permission that is missing', async () => {
    cluster.proxy.break({
      when: (_, path) => path.includes('selfsubjectaccessreviews'),
      fault: { kind: 'status', status: 201, body: { status: { allowed: false } } },
      times: 2,
    });
    const [missing, ...rest] = await failedIn();
    expect(rest).toEqual([]);
    expect(missing).toMatch(/^permissions: It does not let the platform [a-z]+ [a-z]+, [a-z]+ [a-z]+\.$/);
  });

  it('asks for what only protections need where they are possible', async () => {
    const refuseAll = () =>
      cluster.proxy.break({
        when: (_, path) => path.includes('selfsubjectaccessreviews'),
        fault: { kind: 'status', status: 201, body: { status: { allowed: false } } },
      });
    refuseAll();
    const [whole = ''] = await failedIn();
    expect(whole).toContain('get gatewayclasses.gateway.networking.k8s.io');
    cluster.proxy.heal();
    answer('/apis/traefik.io', 404);
    refuseAll();
    const [without = ''] = await failedIn();
    expect(without).toContain('get gateways.gateway.networking.k8s.io');
    expect(without).not.toMatch(/gatewayclasses|traefik/);
    cluster.proxy.heal();
  });

  it('finds that nobody looks at the level of pods, without leaving a namespace behind', async () => {
    answer('/api/v1/namespaces/berth-preflight', 201, {});
    expect(await failedIn()).toEqual([expect.stringMatching(/^pod-security: It does not enforce Pod Security/)]);
    cluster.proxy.heal();
    expect(await failedIn()).toEqual([]);
    expect(await cluster.client.get(kinds.namespace, 'berth-preflight', never)).toBeNull();
  });

  it('does without what may not be looked at', async () => {
    answer('/apis/storage.k8s.io', 403);
    expect(await failedIn()).toEqual([]);
    expect((await look()).checks).toContainEqual(expect.objectContaining({ name: 'storage', outcome: 'warning' }));
  });

  it.each([
    [401, 'accepted'],
    [500, 'reachable'],
  ])('ends at once where it gets %i', async (status, name) => {
    answer('/version', status);
    const { version, isFit, checks } = await look();
    expect({ version, isFit, names: checks.map((each) => each.name) }).toEqual({
      ...{ version: null, isFit: false, names: [name] },
    });
  });

  it('ends where nobody answers in time', async () => {
    cluster.proxy.break({ fault: { kind: 'slow', milliseconds: 60_000 } });
    const { isFit, checks } = await preflight(cluster.client, { gateway }, AbortSignal.timeout(200));
    expect({ isFit, names: checks.map(({ name }) => name) }).toEqual({ isFit: false, names: ['reachable'] });
  });
});
