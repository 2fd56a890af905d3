import { randomBytes, randomUUID } from 'node:crypto';
import { TestIdentity } from '@berth/access/testing';
import type { Problem } from '@berth/contracts/common';
import type {
  App,
  Cluster,
  ClusterReport,
  Deployment,
  Environment,
  InstanceList,
  Placement,
  Project,
  SpaceDeletion,
  Workload,
} from '@berth/contracts/deployment';
import type { Allocation, CloudEvent } from '@berth/contracts/events';
import { deploymentManagement } from '@berth/deployment-management';
import { kinds } from '@berth/kubernetes';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PlayedCluster } from './played-cluster.js';

jest.setTimeout(300_000);

const image = (mark: string): string => `registry.example/shop@sha256:${mark.padEnd(64, '0')}`;
const patient = { within: 90_000, every: 200 };

let cluster: PlayedCluster;
let service: TestService;
let environment: Record<string, string>;
let tokens: { administrator: string; owner: string };
let organizationId: string;
let berlin: Cluster;
let there: Workload;
let here: Workload;

beforeAll(async () => {
  cluster = await PlayedCluster.start();
  environment = { RUNTIME: 'memory', KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') };
  service = await startTestService(deploymentManagement, { environment });
  const identity = await TestIdentity.create(service.database);
  organizationId = await identity.organization();
  tokens = {
    administrator: await identity.token({ administrator: true, expiresIn: 3_600 }),
    owner: await identity.member(organizationId, 'owner'),
  };
}, 1_200_000);
afterAll(async () => {
  await service.close();
  await cluster.stop();
});

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

async function send<Body = Problem>(
  who: keyof typeof tokens,
  method: string,
  path: string,
  body?: unknown,
  url = service.url,
): Promise<Answer<Body>> {
  const headers = { authorization: `Bearer ${tokens[who]}`, 'if-match': '*' };
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = {
    method,
    headers: { ...headers, ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await fetch(`${url}${path}`, sent);
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

async function ask<Body>(who: keyof typeof tokens, method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await send<Body>(who, method, path, body);
  if (answer.status >= 300) expect({ method, path, ...answer }).toBe('a success');
  return answer.body;
}

const settings = () => ({ gateway: { namespace: 'gateway', name: 'public', url: cluster.gatewayUrl } });
const register = (kubeconfig: string, more: object = {}) =>
  send('administrator', 'POST', '/v1/clusters', {
    ...{ name: 'berlin', credentials: { kind: 'kubeconfig', kubeconfig }, settings: settings(), ...more },
  });
const deployLive = async (workload: Workload, mark: string): Promise<Deployment> => {
  const source = { kind: 'image', image: image(mark) };
  const { id } = await ask<Deployment>('owner', 'POST', `/v1/workloads/${workload.id}/deployments`, { source });
  const end = () => ask<Deployment>('owner', 'GET', `/v1/deployments/${id}`);
  await eventually(async () => expect((await end()).endedAt).not.toBeNull(), patient);
  const ended = await end();
  expect({ status: ended.status, failure: ended.failure }).toEqual({ status: 'live', failure: null });
  return ended;
};
const events = async (subject: string): Promise<CloudEvent[]> => {
  const rows = await service.database.query<{ event: CloudEvent }>(
    `select event::json as event from berth_bus.message where event->>'subject' = $1 order by "offset"`,
    [subject],
  );
  return rows.map(({ event }) => event);
};
const types = async (subject: string) => (await events(subject)).map(({ type }) => type.replace(/^berth\.|\.v1$/g, ''));

const placementsOf = async ({ id }: Workload): Promise<Record<string, string>> => {
  const { items } = await ask<{ items: Placement[] }>('owner', 'GET', `/v1/workloads/${id}/placements`);
  return Object.fromEntries(items.map(({ cluster: name, state }) => [name, state]));
};
/** In an environment on the cluster that leaves it when that does not answer. */
async function workloadThatLeaves(): Promise<Workload> {
  const { projectId, appId } = there;
  const body = { projectId, slug: 'leaves', kind: 'staging', cluster: 'berlin' };
  const { id } = await ask<Environment>('owner', 'POST', '/v1/environments', body);
  await ask('owner', 'PUT', `/v1/environments/${id}/failover`, { afterSeconds: 600 });
  return ask<Workload>('owner', 'POST', '/v1/workloads', { appId, environmentId: id });
}
/** What is known of the cluster has been so for an hour, and somebody has looked since. */
async function anHourPasses({ id }: Cluster): Promise<void> {
  const forgotten = `jsonb_set(jsonb_set(conditions, '{0,since}', $2), '{0,message}', '""')`;
  const anHourAgo = JSON.stringify(new Date(Date.now() - 3_600_000));
  await service.database.query(`update cluster set conditions = ${forgotten} where id = $1`, [id, anHourAgo]);
  await eventually(async () => {
    await service.database.query(`update work_item set due_at = now() where queue = 'clusters'`);
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
        { settings: { gateway: { ...settings().gateway, name: 'private' } } },
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
    berlin = body as unknown as Cluster;
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
    const project = await ask<Project>('owner', 'POST', '/v1/projects', { organizationId, slug: 'shop' });
    const app = await ask<App>('owner', 'POST', '/v1/apps', {
      ...{ projectId: project.id, slug: 'web', source: { kind: 'image', image: image('a1') } },
    });
    const environmentAt = (slug: string, more: object) =>
      ask<Environment>('owner', 'POST', '/v1/environments', { projectId: project.id, slug, kind: 'staging', ...more });
    const workloadIn = async ({ id }: Environment) =>
      ask<Workload>('owner', 'POST', '/v1/workloads', { appId: app.id, environmentId: id });
    there = await workloadIn(await environmentAt('there', { cluster: 'berlin' }));
    here = await workloadIn(await environmentAt('here', {}));
    expect([there.cluster, here.cluster]).toEqual(['berlin', 'local']);
    await Promise.all([deployLive(there, 'a1'), deployLive(here, 'a1')]);
    expect((await cluster.pods(there.id)).map(({ spec }) => spec.containers[0]?.image)).toEqual([image('a1')]);
    expect(await cluster.pods(here.id)).toEqual([]);
    for (const [workload, name] of [
      [there, 'berlin'],
      [here, 'local'],
    ] as const)
      await eventually(async () => {
        const told = (await events(workload.id)).filter(({ type }) => type.includes('allocation-changed')).at(-1);
        expect((told?.data as Allocation | undefined)?.entries).toMatchObject([{ cluster: name, instances: 1 }]);
      }, patient);
  });

  it('takes a workload from another one and gives it back, without a namespace left behind', async () => {
    const { signal } = new AbortController();
    const { namespace } = await ask<Environment>('owner', 'GET', `/v1/environments/${here.environmentId}`);
    const move = (name: string) =>
      ask('owner', 'POST', `/v1/environments/${here.environmentId}/move`, { cluster: name, drainSeconds: 0 });
    const standsOn = (name: string) =>
      eventually(async () => {
        const path = `/v1/workloads/${here.id}/placements`;
        const { items } = await ask<{ items: Placement[] }>('owner', 'GET', path);
        expect(items).toMatchObject([{ cluster: name, state: 'active' }]);
      }, patient);
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
    await eventually(async () => {
      const told = (await events(here.id)).filter(({ type }) => type.includes('allocation-changed'));
      const entries = told.map(({ data }) =>
        (data as Allocation).entries.map((each) => `${each.cluster} ${each.instances}`),
      );
      expect(entries).toEqual([['local 1'], ['berlin 1'], ['local 1']]);
    }, patient);
  });

  it('is spoken to by every replica for itself', async () => {
    const replica = await startTestService(deploymentManagement, {
      environment: { ...environment, DATABASE_URL: service.databaseUrl, ROLE: 'api' },
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
      await service.database.query(`update work_item set due_at = now() where queue = 'clusters'`);
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
    const entries = (await events(leaving.id))
      .filter(({ type }) => type.includes('allocation-changed'))
      .map(({ data }) => (data as Allocation).entries.map((each) => `${each.cluster} ${each.instances}`));
    // Whether it is uncertain in between depends on when the API server ends the watches that it let in.
    expect(new Set(entries.flat())).toEqual(new Set(['berlin 1']));
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
      await service.database.query(`update work_item set due_at = now() where queue = 'environments'`);
      expect(await cluster.administrator.get(kinds.namespace, namespace, signal)).toBeNull();
    }, patient);
    await eventually(async () => expect((await remove()).status).toBeLessThan(300), patient);
    expect(await send('administrator', 'GET', `/v1/clusters/${berlin.id}`)).toMatchObject({ status: 404 });
    await deployLive(here, 'd4');
  });
});
