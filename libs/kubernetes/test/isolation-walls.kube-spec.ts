import { randomBytes, randomUUID } from 'node:crypto';
import type { IsolationWall } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  apiWalls,
  type EnvironmentSpace,
  isolationManifests,
  kinds,
  type KubeObject,
  networkWalls,
  type Tenants,
} from '../src/index.js';
import { never, testCluster, type TestCluster } from './support/cluster.js';

const settings = { dnsNamespace: 'kube-system' };
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

describe('walls between two tenants, tried on a real API server', () => {
  let cluster: TestCluster;
  let tenants: Tenants;
  /** What the test did to the cluster beside the tenants. */
  let undo: (() => Promise<unknown>)[];

  beforeAll(async () => {
    cluster = await testCluster();
  });
  beforeEach(async () => {
    undo = [];
    tenants = { intruder: spaceOf(), neighbour: spaceOf() };
    for (const space of [tenants.intruder, tenants.neighbour])
      for (const wall of isolationManifests(space, settings)) await cluster.client.apply(wall, never);
  });
  afterEach(async () => {
    cluster.proxy.heal();
    for (const each of undo) await each();
    for (const { namespace } of [tenants.intruder, tenants.neighbour])
      await cluster.client.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, never);
  });
  afterAll(() => cluster.close());

  const spaceOf = (): EnvironmentSpace => {
    const id = randomUUID();
    return {
      ...{ namespace: `check-${randomBytes(5).toString('hex')}`, organizationId: id, projectId: id, environmentId: id },
      ...{ quota: { cpuMillicores: 500, memoryMib: 512, pods: 4 }, internet: true },
    };
  };
  const look = () => apiWalls(cluster.client, tenants, never);
  const outcomes = async () =>
    Object.fromEntries((await look()).map((wall) => [wall?.name ?? 'unknown', wall?.outcome ?? 'unknown']));
  const allPass = { secret: 'passed', token: 'passed', quota: 'passed', 'pod-security': 'passed' };
  const untilFound = (broken: Record<string, string>) =>
    eventually(async () => expect(await outcomes()).toEqual({ ...allPass, ...broken }), { within: 60_000 });
  const said = async (name: IsolationWall['name']) => (await look()).find((wall) => wall?.name === name)?.message;
  const write = (path: string, body: object) => {
    undo.push(() => cluster.client.transport.ask({ method: 'DELETE', path, signal: never }));
    const contentType = 'application/apply-patch+yaml';
    const query = '?fieldManager=stranger&force=true';
    return cluster.client.transport.ask({ method: 'PATCH', path: `${path}${query}`, body, contentType, signal: never });
  };
  const podsOf = async (whose: keyof Tenants): Promise<KubeObject[]> => {
    const found: KubeObject[] = [];
    for await (const { items } of cluster.client.pages(kinds.pod, never, { namespace: tenants[whose].namespace }))
      found.push(...items);
    return found;
  };
  const everythingLeft = async () => {
    const names: string[] = [];
    for (const kind of [kinds.pod, kinds.service])
      for await (const { items } of cluster.client.pages(kind, never, { namespace: tenants.intruder.namespace }))
        names.push(...items.map(({ metadata }) => metadata.name));
    return names;
  };

  it('hold as they are made, and nothing is left of what was tried', async () => {
    await untilFound({});
    for (const wall of await look()) expect(wall?.nextStep).toBeNull();
    expect(await everythingLeft()).toEqual([]);
  });

  it('are broken where a binding lets the accounts of pods read secrets', async () => {
    await untilFound({});
    const name = `open-${tenants.intruder.namespace}`;
    const [apiGroup, kind] = ['rbac.authorization.k8s.io', 'ClusterRole'];
    await write(`${RBAC}/clusterroles/${name}`, {
      ...{ apiVersion: `${apiGroup}/v1`, kind, metadata: { name } },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
    });
    await write(`${RBAC}/clusterrolebindings/${name}`, {
      ...{ apiVersion: `${apiGroup}/v1`, kind: 'ClusterRoleBinding', metadata: { name } },
      roleRef: { apiGroup, kind, name },
      // Of these pods alone: the other tests share the cluster.
      subjects: [{ kind: 'Group', apiGroup, name: `system:serviceaccounts:${tenants.intruder.namespace}` }],
    });
    await untilFound({ secret: 'failed' });
    expect(await said('secret')).toMatch(/list those of its own environment, list those of another tenant/);
  });

  it('are broken where pods are given a token', async () => {
    await untilFound({});
    const metadata = { name: 'workload', namespace: tenants.intruder.namespace };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: true };
    await cluster.client.apply(account, never, { manager: 'stranger', force: true });
    await untilFound({ token: 'failed' });
  });

  it('are broken where the quota is gone, or lets something through', async () => {
    await untilFound({});
    const metadata = { name: 'quota', namespace: tenants.intruder.namespace };
    const hard = { 'requests.cpu': '64', 'limits.cpu': '64' };
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } };
    await cluster.client.apply(quota, never, { manager: 'stranger', force: true });
    await untilFound({ quota: 'failed' });
    await eventually(async () => expect(await said('quota')).toBe('A tenant gets more than it has: CPU.'));
    await cluster.client.delete(quota, never);
    await eventually(async () => expect(await said('quota')).toMatch(/CPU, memory, ports of nodes, load balancers/), {
      within: 60_000,
    });
  });

  it('are broken where the namespace asks for no level of Pod Security', async () => {
    await untilFound({});
    const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenants.intruder.namespace, labels } };
    await cluster.client.apply(namespace, never, { manager: 'stranger', force: true });
    await untilFound({ 'pod-security': 'failed' });
    const all = "all privileges, to be root, its node's network, its node's processes, its node's files";
    expect(await said('pod-security')).toBe(`A pod may have ${all}.`);
  });

  it('are not proven by a refusal that is not theirs', async () => {
    await untilFound({});
    const body = { kind: 'Status', reason: 'Forbidden', message: 'a stranger says no' };
    cluster.proxy.break({ when: (_, path) => path.includes('/pods/'), fault: { kind: 'status', status: 403, body } });
    const unproven = ['token', 'quota', 'pod-security'].map((name) => [name, 'not-proven']);
    expect(await outcomes()).toEqual({ secret: 'passed', ...Object.fromEntries(unproven) });
    expect(await said('pod-security')).toContain('a stranger says no');
  });

  it('are not known while the cluster has not counted what the tenant uses', async () => {
    await untilFound({});
    const body = { kind: 'Status', reason: 'Forbidden', message: 'status unknown for quota: quota, resources: pods' };
    cluster.proxy.break({ when: (_, path) => path.includes('/pods/'), fault: { kind: 'status', status: 403, body } });
    expect((await look()).slice(1, 3)).toEqual([null, null]);
  });

  it('of the network are not proven without a pod that tries them', async () => {
    const asked = { tenants, image: null };
    const answer = await networkWalls(cluster.client, asked, never);
    expect('walls' in answer && answer.walls.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      ...['network not-proven', 'dns not-proven'],
    ]);
    expect(await everythingLeft()).toEqual([]);
  });

  it('of the network are tried by pods that tenants could have, and waited for', async () => {
    const asked = { tenants, image: 'registry.example/none:1' };
    const waits = (whom: string) => ({ waitsFor: expect.stringMatching(`^a pod of the ${whom} to start`) });
    expect(await networkWalls(cluster.client, asked, never)).toEqual(waits('neighbour'));
    const [made] = await podsOf('neighbour');
    // Meanwhile it may have become ready, as far as a played node says.
    expect(await networkWalls(cluster.client, asked, never)).toEqual(waits('(neighbour|intruder)'));
    const again = await podsOf('neighbour');
    expect(again.map(({ metadata }) => metadata.uid)).toEqual([made?.metadata.uid]);
  });
});
