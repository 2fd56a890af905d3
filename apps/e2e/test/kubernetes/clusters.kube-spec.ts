import { randomUUID } from 'node:crypto';
import type { Problem } from '@berth/contracts/common';
import type {
  Cluster,
  ClusterReport,
  Environment,
  InstanceList,
  SpaceDeletion,
  Workload,
} from '@berth/contracts/deployment';
import { deploymentManagement } from '@berth/deployment-management';
import { kinds } from '@berth/kubernetes';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Answer, type Caller, ClusteredService, image, patient } from './clustered-service.js';
import { makeDoors } from '../runtime/played-traefik.js';
import { PlayedCluster } from './played-cluster.js';

jest.setTimeout(300_000);

let cluster: PlayedCluster;
let clustered: ClusteredService;
let service: TestService;
let berlin: Cluster;
let there: Workload;
let here: Workload;

beforeAll(async () => {
  cluster = await PlayedCluster.start();
  clustered = await ClusteredService.start();
  service = clustered.service;
}, 1_200_000);
afterAll(async () => {
  await clustered.close();
  await cluster.stop();
});

const ask = <Body>(who: Caller, method: string, path: string, body?: unknown): Promise<Body> =>
  clustered.ask<Body>(who, method, path, body);
const send = <Body = Problem>(who: Caller, method: string, path: string, body?: unknown, url?: string) =>
  clustered.send<Body>(who, method, path, body, url);
const register = (kubeconfig: string, more: object = {}): Promise<Answer<Problem & Cluster>> =>
  clustered.register('berlin', cluster, { credentials: { kind: 'kubeconfig', kubeconfig }, ...more });
const deployLive = (workload: Workload, mark: string) => clustered.deployLive(workload, mark);
const placementsOf = async (workload: Workload): Promise<Record<string, string>> =>
  Object.fromEntries((await clustered.placements(workload)).map(({ cluster: name, state }) => [name, state]));
const types = async (subject: string) =>
  (await clustered.events(subject)).map(({ type }) => type.replace(/^berth\.|\.v1$/g, ''));
/** In an environment on the cluster that leaves it when that does not answer. */
async function workloadThatLeaves(): Promise<Workload> {
  const leaving = await clustered.workload({ id: there.appId, projectId: there.projectId }, 'leaves', {
    cluster: 'berlin',
  });
  await ask('owner', 'PUT', `/v1/environments/${leaving.environmentId}/failover`, { afterSeconds: 600 });
  return leaving;
}
/** What is known of the cluster has been so for an hour, and somebody has looked since. */
async function anHourPasses({ id }: Cluster): Promise<void> {
  const forgotten = `jsonb_set(jsonb_set(conditions, '{0,since}', $2), '{0,message}', '""')`;
  const anHourAgo = JSON.stringify(new Date(Date.now() - 3_600_000));
  await service.database.query(`update cluster set conditions = ${forgotten} where id = $1`, [id, anHourAgo]);
  await eventually(async () => {
    await clustered.hurry('clusters');
    const { conditions } = await ask<Cluster>('administrator', 'GET', `/v1/clusters/${id}`);
    expect(conditions[0]?.message).not.toBe('');
  }, patient);
}

describe('a cluster', () => {
  it('is not taken with a token that it refuses, without permissions, or without the gateway', async () => {
    const bare = `nobody-${randomUUID().slice(0, 8)}`;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: bare, namespace: 'default' } };
    const { signal } = new AbortController();
    await cluster.administrator.apply(account, signal);
    const made = await cluster.administrator.transport.ask<{ status: { token: string } }>({
      ...{ method: 'POST', path: `/api/v1/namespaces/default/serviceaccounts/${bare}/token`, signal },
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    const bad: [string, object, RegExp][] = [
      [cluster.kubeconfigFor('ended'), {}, /does not take the token.*Issue another/],
      [
        cluster.kubeconfigFor(made.status.token),
        {},
        /does not let the platform.*patch deployments\.apps.*kubectl apply/,
      ],
      [
        cluster.kubeconfig,
        { settings: { gateway: { namespace: 'gateway', name: 'private', url: cluster.gatewayUrl } } },
        /no Gateway gateway\/private/,
      ],
    ];
    for (const [kubeconfig, more, said] of bad) {
      const { status, body } = await register(kubeconfig, more);
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: 'cluster_unfit', detail: expect.stringMatching(said) });
    }
    expect((await ask<{ items: Cluster[] }>('administrator', 'GET', '/v1/clusters')).items).toHaveLength(1);
  });

  it('is taken when it is fit; its credentials are sealed and never shown', async () => {
    const { status, body } = await register(cluster.kubeconfig, { region: 'eu' });
    expect({ status, body }).toMatchObject({ status: 201, body: { name: 'berlin', region: 'eu', workloads: 0 } });
    berlin = body;
    const secret = (JSON.parse(cluster.kubeconfig) as { users: [{ user: { token: string } }] }).users[0].user.token;
    const [row] = await service.database.query<{ text: string }>(
      'select c::text as text from cluster c where id = $1',
      [berlin.id],
    );
    const shown = [JSON.stringify(body), row?.text, Buffer.from(row?.text ?? '').toString('latin1')];
    for (const text of shown) expect(text).not.toContain(secret);
    await eventually(async () => expect(await types(berlin.id)).toEqual(['cluster.registered']), patient);
    expect(await register(cluster.kubeconfig)).toMatchObject({ status: 409, body: { code: 'cluster_name_taken' } });
    const report = await ask<ClusterReport>('administrator', 'GET', `/v1/clusters/${berlin.id}/report`);
    expect(report).toMatchObject({ isFit: true, version: expect.stringMatching(/^v1\./) });
  });

  it('runs the workloads of environments that name it, beside those that run elsewhere', async () => {
    const app = await clustered.app('shop');
    there = await clustered.workload(app, 'there', { cluster: 'berlin' });
    here = await clustered.workload(app, 'here');
    expect([there.cluster, here.cluster]).toEqual(['berlin', 'local']);
    await Promise.all([deployLive(there, 'a1'), deployLive(here, 'a1')]);
    expect((await cluster.pods(there.id)).map(({ spec }) => spec.containers[0]?.image)).toEqual([image('a1')]);
    expect(await cluster.pods(here.id)).toEqual([]);
    for (const [workload, name] of [
      [there, 'berlin'],
      [here, 'local'],
    ] as const)
      await eventually(
        async () => expect((await clustered.allocations(workload)).at(-1)).toEqual([`${name} 1`]),
        patient,
      );
  });

  it('keeps out who has no password where its gateway is Traefik, and is not asked to anywhere else', async () => {
    const path = `/v1/workloads/${there.id}/protection`;
    const report = async () => {
      const { checks } = await ask<ClusterReport>('administrator', 'GET', `/v1/clusters/${berlin.id}/report`);
      return checks.find(({ name }) => name === 'protections')?.outcome;
    };
    await makeDoors(cluster.administrator, 'example.com');
    expect(await report()).toBe('warning');
    const { status, body } = await send('owner', 'PATCH', path, { logins: { ann: 'a password' } });
    expect({ status, body }).toMatchObject({
      ...{ status: 422, body: { code: 'protection_not_supported', detail: expect.stringContaining('example.com') } },
    });
    await makeDoors(cluster.administrator);
    expect(await report()).toBe('passed');
    await ask('owner', 'PATCH', path, { logins: { ann: 'a password' } });
    await deployLive(there, 'c3');
    const parts = async () => {
      const found = (await cluster.everythingOf(there.id)).map((each) => each.split('-')[0] ?? '');
      return found.filter((each) => /^(Middleware|Secret) (allow|chain|login)/.test(each)).sort();
    };
    expect(await parts()).toEqual(['Middleware chain', 'Middleware login', 'Secret login']);
    await ask('owner', 'PATCH', path, { logins: { ann: null } });
    await eventually(async () => expect(await parts()).toEqual([]), patient);
  });

  it('takes a workload from another one and gives it back, without a namespace left behind', async () => {
    const { signal } = new AbortController();
    const { namespace } = await ask<Environment>('owner', 'GET', `/v1/environments/${here.environmentId}`);
    const move = (name: string) =>
      ask('owner', 'POST', `/v1/environments/${here.environmentId}/move`, { cluster: name, drainSeconds: 0 });
    const standsOn = (name: string) =>
      eventually(async () => expect(await placementsOf(here)).toEqual({ [name]: 'active' }), patient);
    await move('berlin');
    await standsOn('berlin');
    expect((await cluster.pods(here.id)).map(({ spec }) => spec.containers[0]?.image)).toEqual([image('a1')]);
    // As soon as what the environment had there before is gone.
    await eventually(() => move('local'), patient);
    await standsOn('local');
    expect(await cluster.everythingOf(here.id)).toEqual([]);
    await eventually(
      async () => expect(await cluster.administrator.get(kinds.namespace, namespace, signal)).toBeNull(),
      patient,
    );
    const told = [['local 1'], ['berlin 1'], ['local 1']];
    await eventually(async () => expect(await clustered.allocations(here)).toEqual(told), patient);
  });

  it('is spoken to by every replica for itself', async () => {
    const replica = await startTestService(deploymentManagement, {
      environment: { ...clustered.environment, DATABASE_URL: service.databaseUrl, ROLE: 'api' },
    });
    const path = `/v1/workloads/${there.id}/instances`;
    const answer = await send<InstanceList>('owner', 'GET', path, undefined, replica.url);
    await replica.close();
    expect(answer).toMatchObject({ status: 200, body: { items: [{ state: 'ready', routed: true }] } });
  });

  it('that is cordoned takes nothing new, and what stands there goes on', async () => {
    await ask('administrator', 'POST', `/v1/clusters/${berlin.id}/cordon`);
    const environment = { projectId: there.projectId, slug: 'late', kind: 'staging', cluster: 'berlin' };
    expect(await send('owner', 'POST', '/v1/environments', environment)).toMatchObject({ status: 409 });
    await deployLive(there, 'b2');
    await ask('administrator', 'POST', `/v1/clusters/${berlin.id}/uncordon`);
  });

  it('that takes our token no longer is told of as unreachable, is left by nobody, and goes on with a new one', async () => {
    const leaving = await workloadThatLeaves();
    await deployLive(leaving, 'a1');
    expect(await cluster.pods(leaving.id)).toHaveLength(1);
    const token = await cluster.renewAccount();
    const read = () => ask<Cluster>('administrator', 'GET', `/v1/clusters/${berlin.id}`);
    // An API server believes a token that it has seen for a few seconds more.
    await eventually(async () => {
      await clustered.hurry('clusters');
      expect((await read()).conditions).toMatchObject([
        {
          type: 'Reachable',
          status: 'false',
          reason: 'Refuses',
          message: expect.stringContaining('Issue another one'),
        },
      ]);
    }, patient);
    await anHourPasses(berlin);
    // What follows from a look is done before the next one begins.
    await anHourPasses(berlin);
    expect(await placementsOf(leaving)).toEqual({ berlin: 'active' });
    expect(await cluster.pods(leaving.id)).toHaveLength(1);
    expect(await send('administrator', 'DELETE', `/v1/clusters/${berlin.id}?force=true`)).toMatchObject({
      ...{ status: 409, body: { code: 'cluster_answers' } },
    });
    const credentials = { kind: 'kubeconfig', kubeconfig: cluster.kubeconfigFor(token) };
    await ask('administrator', 'PATCH', `/v1/clusters/${berlin.id}`, { credentials });
    await eventually(async () => expect((await read()).conditions).toMatchObject([{ status: 'true' }]), patient);
    const told = ['cluster.registered', 'cluster.unreachable', 'cluster.recovered'];
    await eventually(async () => expect(await types(berlin.id)).toEqual(told), patient);
    expect(await placementsOf(leaving)).toEqual({ berlin: 'active' });
    // Whether it is uncertain in between depends on when the API server ends the watches that it let in.
    expect(new Set((await clustered.allocations(leaving)).flat())).toEqual(new Set(['berlin 1']));
    await ask('owner', 'DELETE', `/v1/workloads/${leaving.id}`);
    await eventually(async () => expect(await types(leaving.id)).toContain('workload.deleted'), patient);
    await ask('owner', 'DELETE', `/v1/environments/${leaving.environmentId}`);
    await deployLive(there, 'c3');
  });

  it('is removed only when nothing stands there', async () => {
    const { signal } = new AbortController();
    const { namespace } = await ask<Environment>('owner', 'GET', `/v1/environments/${there.environmentId}`);
    const remove = () => send('administrator', 'DELETE', `/v1/clusters/${berlin.id}`);
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'cluster_in_use' } });
    await send('owner', 'DELETE', `/v1/workloads/${there.id}`);
    await eventually(async () => expect(await cluster.everythingOf(there.id)).toEqual([]), patient);
    const hold = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace, finalizers: ['example.com/hold'] },
    };
    await cluster.administrator.apply(hold, signal);
    await ask('owner', 'DELETE', `/v1/environments/${there.environmentId}`);
    const deletions = async () =>
      (await ask<{ items: SpaceDeletion[] }>('administrator', 'GET', `/v1/clusters/${berlin.id}/deletions`)).items;
    await eventually(async () => {
      const heldBy = expect.stringContaining('example.com/hold');
      expect(await deletions()).toMatchObject([{ environmentId: there.environmentId, namespace, heldBy }]);
    }, patient);
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'cluster_in_use' } });
    const free = { ...hold, metadata: { ...hold.metadata, finalizers: [] } };
    await cluster.administrator.apply(free, signal);
    await eventually(async () => {
      await clustered.hurry('environments');
      expect(await cluster.administrator.get(kinds.namespace, namespace, signal)).toBeNull();
    }, patient);
    await eventually(async () => expect((await remove()).status).toBeLessThan(300), patient);
    expect(await send('administrator', 'GET', `/v1/clusters/${berlin.id}`)).toMatchObject({ status: 404 });
    await deployLive(here, 'd4');
  });
});
