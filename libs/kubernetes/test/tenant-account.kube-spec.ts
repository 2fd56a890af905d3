import { randomBytes, randomUUID } from 'node:crypto';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiError, type EnvironmentSpace, isolationManifests, type Kind, kinds, pathOf } from '../src/index.js';
import { POD_ACCOUNT } from '../src/manifests/isolation.manifests.js';
import { never, testAccess, testCluster, type TestCluster } from './support/cluster.js';

type Act = readonly [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object];

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const DRY = 'dryRun=All';
const spaceOf = (): EnvironmentSpace => {
  const id = randomUUID();
  return {
    ...{ namespace: `account-${randomBytes(5).toString('hex')}`, organizationId: id, projectId: id, environmentId: id },
    ...{ quota: { cpuMillicores: 500, memoryMib: 512, pods: 4 }, internet: true },
  };
};

/** All that can be done with a kind at a place. */
function actsOn(kind: Kind, namespace?: string): Act[] {
  const { apiVersion, kind: name } = kind;
  const [all, one] = [pathOf(kind, namespace), pathOf(kind, namespace, 'none')];
  if (kind.namespaced && namespace === undefined) return [['GET', all]];
  return [
    ...[all, one].map((path): Act => ['GET', path]),
    ['POST', `${all}?${DRY}`, { apiVersion, kind: name, metadata: { name: 'none' } }],
    ['PATCH', `${one}?${DRY}`, {}],
    ['DELETE', `${one}?${DRY}`],
    ['DELETE', `${all}?${DRY}`],
  ];
}

/** What would lead out of a namespace, or to other rights. */
const waysOut = (namespace: string): Act[] => {
  const inside = `/api/v1/namespaces/${namespace}`;
  const subresources = ['exec', 'attach', 'portforward', 'log', 'proxy'].map((part): Act => [
    'GET',
    `${inside}/pods/none/${part}`,
  ]);
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'none' } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  return [
    ...subresources,
    ['POST', `${inside}/serviceaccounts/${POD_ACCOUNT}/token?${DRY}`, {}],
    ['POST', `${inside}/pods/none/eviction?${DRY}`, {}],
    ['PATCH', `/api/v1/namespaces/${namespace}?${DRY}`, { metadata: { labels: { free: 'yes' } } }],
    ['POST', `${inside}/endpoints?${DRY}`, { metadata: { name: 'none' } }],
    ['GET', `${inside}/events`],
    ['POST', `${RBAC}/namespaces/${namespace}/roles?${DRY}`, { ...role, kind: 'Role' }],
    ['POST', `${RBAC}/namespaces/${namespace}/rolebindings?${DRY}`, { ...role, kind: 'RoleBinding', roleRef }],
    ['POST', `${RBAC}/clusterroles?${DRY}`, { ...role, kind: 'ClusterRole' }],
    ['POST', `${RBAC}/clusterrolebindings?${DRY}`, { ...role, kind: 'ClusterRoleBinding', roleRef }],
    ['GET', `${RBAC}/clusterrolebindings`],
    ['GET', '/api/v1/nodes'],
    ['GET', '/api/v1/nodes/none/proxy/pods'],
    ['GET', '/api/v1/persistentvolumes'],
    ['GET', '/apis/storage.k8s.io/v1/storageclasses'],
    ['GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'],
    ['GET', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'],
    ['POST', `/apis/certificates.k8s.io/v1/certificatesigningrequests?${DRY}`, { metadata: { name: 'none' } }],
    ['GET', '/apis/gateway.networking.k8s.io/v1/gateways'],
    ['GET', '/api/v1/namespaces/kube-system/configmaps'],
    ['GET', '/apis/coordination.k8s.io/v1/leases'],
  ];
};

describe('the account that pods of a tenant have, with a token that no pod gets', () => {
  const [own, neighbour] = [spaceOf(), spaceOf()];
  let administrator: TestCluster;
  let tenant: TestCluster;
  beforeAll(async () => {
    administrator = await testCluster();
    for (const space of [own, neighbour])
      for (const wall of isolationManifests(space, { dnsNamespace: 'kube-system' }))
        await administrator.client.apply(wall, never);
    const made = await administrator.client.transport.ask<{ status: { token: string } }>({
      ...{ method: 'POST', path: `/api/v1/namespaces/${own.namespace}/serviceaccounts/${POD_ACCOUNT}/token` },
      ...{ body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }, signal: never },
    });
    const { identity: _, ...access } = testAccess();
    tenant = await testCluster({ ...access, token: () => made.status.token });
  });
  afterAll(async () => {
    for (const { namespace: name } of [own, neighbour])
      await administrator.client.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, never);
    await tenant.close();
    await administrator.close();
  });

  const everything = (): Act[] => [
    ...Object.values(kinds).flatMap((kind) => [
      ...(kind.namespaced ? [own, neighbour].flatMap(({ namespace }) => actsOn(kind, namespace)) : []),
      ...actsOn(kind),
    ]),
    ...[own, neighbour].flatMap(({ namespace }) => waysOut(namespace)),
  ];
  /** `forbidden`: to whoever asks, and not because of what is asked; `unknown`: there is no such thing to be done. */
  async function answerTo({ client }: TestCluster, [method, path, body]: Act) {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    try {
      await client.transport.ask({ method, path, contentType, signal: never, ...(body && { body }) });
      return 'done';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401 || / is forbidden: User ".+" cannot /.test(error.message)) return 'forbidden';
      return error.message.includes('could not find the requested resource') ? 'unknown' : 'done';
    }
  }
  const allowedOf = async (acts: readonly Act[]): Promise<string[]> => {
    const found: string[] = [];
    for (const act of acts) if ((await answerTo(tenant, act)) !== 'forbidden') found.push(`${act[0]} ${act[1]}`);
    return found;
  };
  const rulesIn = async (namespace: string): Promise<string[]> => {
    const { status } = await tenant.client.transport.ask<{
      status: { resourceRules: { verbs: string[]; resources: string[] }[] };
    }>({
      ...{ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', signal: never },
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
    });
    const rules = status.resourceRules.flatMap(({ verbs, resources }) =>
      verbs.flatMap((verb) => resources.map((resource) => `${verb} ${resource}`)),
    );
    return [...new Set(rules)].sort();
  };
  /** Every account may ask what it may do itself, and who it is. */
  const aboutItself = ['access', '', 'rules'].map((what) => `create selfsubject${what}reviews`).sort();

  it('may do nothing of all that can be done, in its own namespace, another tenant’s or the cluster', async () => {
    const acts = everything();
    expect(acts.length).toBeGreaterThan(200);
    expect(await allowedOf(acts)).toEqual([]);
  });

  it('is refused for what it is, and not for how it asks: the administrator is refused nothing of it', async () => {
    const refused: string[] = [];
    for (const act of everything()) {
      const answer = await answerTo(administrator, act);
      if (answer !== 'done') refused.push(`${answer}: ${act[0]} ${act[1]}`);
    }
    expect(refused).toEqual([]);
  });

  it('has no right but to ask about itself, wherever it asks', async () => {
    for (const namespace of [own.namespace, neighbour.namespace, 'kube-system', 'default'])
      expect(await rulesIn(namespace)).toEqual(aboutItself);
  });

  it('would be found to have one that somebody gives it', async () => {
    const path = `${RBAC}/namespaces/${own.namespace}/rolebindings`;
    await administrator.client.transport.ask({
      ...{ method: 'POST', path, signal: never },
      body: {
        ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'given' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: POD_ACCOUNT, namespace: own.namespace }],
      },
    });
    await eventually(async () => expect(await rulesIn(own.namespace)).toContain('list pods'));
    expect(await allowedOf(actsOn(kinds.pod, own.namespace))).toHaveLength(2);
    expect(await allowedOf(actsOn(kinds.pod, neighbour.namespace))).toEqual([]);
    await administrator.client.transport.ask({ method: 'DELETE', path: `${path}/given`, signal: never });
  });
});
