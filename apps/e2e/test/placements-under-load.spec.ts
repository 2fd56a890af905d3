import { randomBytes, randomUUID } from 'node:crypto';
import { TestIdentity } from '@berth/access/testing';
import type { App, Deployment, Environment, Placement, Project, Workload } from '@berth/contracts/deployment';
import { buildSucceeded } from '@berth/contracts/events';
import { ClusterRuntimes, deploymentManagement, RUNTIME } from '@berth/deployment-management';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Front } from './runtime/front.js';
import { ProcessCluster } from './runtime/process-cluster.js';
import { SlugShelf } from './runtime/slug-shelf.js';
import { type Load, steadyLoad } from './support/app-http.js';

jest.setTimeout(300_000);

const PER_SECOND = 50;
const patient = { within: 120_000 };
const server = `
  const server = require('node:http').createServer((request, response) => response.end('served'));
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });`;

const shelf = new SlugShelf();
const digest = shelf.add({ 'web.js': server });
let local: ProcessCluster;
let berlin: ProcessCluster;
let service: TestService;
let token: string;
let organizationId: string;
let workload: Workload;
let front: Front;
let load: Load;

beforeAll(async () => {
  [local, berlin] = await Promise.all([ProcessCluster.start(shelf), ProcessCluster.start(shelf)]);
  service = await startTestService(deploymentManagement, {
    environment: { RUNTIME: 'memory', KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') },
    overrides: [
      [RUNTIME, local.runtime],
      [ClusterRuntimes, { make: () => Promise.resolve(berlin.runtime) }],
    ],
  });
  const identity = await TestIdentity.create(service.database);
  organizationId = await identity.organization();
  token = await identity.member(organizationId, 'owner');
  await service.database.query(
    `insert into cluster (id, name, server, created_at) values ($1, 'berlin', 'https://berlin.example', now())`,
    [randomUUID()],
  );
});
afterAll(async () => {
  await service.close();
  await Promise.all([local.close(), berlin.close()]);
});

async function ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${service.url}${path}`, {
    ...{ method, headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Body;
}

/** As the build service would say it. */
async function isBuilt({ id: deploymentId, buildId, workloadId }: Deployment): Promise<void> {
  if (buildId === null) throw new Error('It has no build.');
  const data = buildSucceeded.data.parse({
    ...{ buildId, deploymentId, workloadId, commit: 'c0ffee', reused: false },
    artifact: { kind: 'slug', digest, sizeBytes: 1_024 },
    processes: [{ name: 'web', command: 'node web.js' }],
  });
  const event = {
    ...{
      specversion: '1.0' as const,
      id: randomUUID(),
      source: '/berth/build',
      type: buildSucceeded.type,
      subject: buildId,
    },
    ...{ time: new Date().toISOString(), datacontenttype: 'application/json' as const, partitionkey: buildId },
    ...{ aggregateversion: 1, epoch: 0, data },
  };
  await service.app.get<EventBus>(EVENT_BUS).publish([{ topic: 'berth.build', key: buildId, event }]);
}

async function deploys(): Promise<void> {
  const path = `/v1/workloads/${workload.id}/deployments`;
  const deployment = await ask<Deployment>('POST', path, { source: { kind: 'git' } });
  await isBuilt(deployment);
  await eventually(async () => {
    const { status, failure } = await ask<Deployment>('GET', `/v1/deployments/${deployment.id}`);
    expect({ status, failure }).toEqual({ status: 'live', failure: null });
  }, patient);
}

beforeEach(async () => {
  const slug = `p-${randomUUID().slice(0, 8)}`;
  const project = await ask<Project>('POST', '/v1/projects', { organizationId, slug });
  const of = { projectId: project.id };
  const environment = await ask<Environment>('POST', '/v1/environments', { ...of, slug: 'live', kind: 'production' });
  const source = { kind: 'git', url: 'https://git.example/shop.git', branch: 'main' };
  const app = await ask<App>('POST', '/v1/apps', { ...of, slug: 'web', source });
  workload = await ask<Workload>('POST', '/v1/workloads', { appId: app.id, environmentId: environment.id });
  await deploys();
  front = new Front();
  const port = await front.listen();
  front.leadTo(local.url);
  load = steadyLoad(`http://${new URL(workload.url).hostname}:${port}/`, PER_SECOND);
});
afterEach(async () => {
  await load.stop();
  await front.close();
});

const eventuallyPlaced = (expected: Record<string, string>) =>
  eventually(async () => {
    const { items } = await ask<{ items: Placement[] }>('GET', `/v1/workloads/${workload.id}/placements`);
    expect(Object.fromEntries(items.map(({ cluster, state }) => [cluster, state]))).toEqual(expected);
  }, patient);
/** Whoever leads users there has followed. */
const answersComeFrom = (cluster: ProcessCluster) => {
  const before = front.answers.get(cluster.url) ?? 0;
  return eventually(() => expect(front.answers.get(cluster.url) ?? 0).toBeGreaterThan(before + PER_SECOND), patient);
};
/** The time to follow is over, whatever the clock says. */
const drains = async (expected: Record<string, string>) => {
  await eventually(async () => {
    const over = `update placement set drain_until = now() where workload_id = $1 and state = 'draining'`;
    await service.database.query(over, [workload.id]);
    await service.database.query('update work_item set due_at = now() where key = $1', [workload.id]);
    const { items } = await ask<{ items: Placement[] }>('GET', `/v1/workloads/${workload.id}/placements`);
    expect(Object.fromEntries(items.map(({ cluster, state }) => [cluster, state]))).toEqual(expected);
  }, patient);
};
const nothingFailed = async () => {
  const { sent, failures } = await load.stop();
  expect(failures).toEqual([]);
  expect(sent).toBeGreaterThan(3 * PER_SECOND);
};

describe('under a load of 50 requests a second, with somebody in front of the clusters who follows', () => {
  it('a workload moves to another cluster, and no request fails', async () => {
    await answersComeFrom(local);
    await ask('POST', `/v1/workloads/${workload.id}/move`, { cluster: 'berlin', drainSeconds: 3_600 });
    await eventuallyPlaced({ local: 'draining', berlin: 'active' });
    await answersComeFrom(local);
    front.leadTo(berlin.url);
    await answersComeFrom(berlin);
    await drains({ berlin: 'active' });
    await answersComeFrom(berlin);
    await nothingFailed();
  });

  it('a workload comes to stand on two clusters, is deployed on both, and leaves one again', async () => {
    const path = `/v1/workloads/${workload.id}/placements`;
    await ask('POST', path, { cluster: 'berlin', counts: { web: 2 } });
    await eventuallyPlaced({ local: 'active', berlin: 'active' });
    front.leadTo(local.url, berlin.url);
    await answersComeFrom(berlin);
    await deploys();
    await Promise.all([answersComeFrom(local), answersComeFrom(berlin)]);
    await ask('DELETE', `${path}/berlin?drainSeconds=600`);
    front.leadTo(local.url);
    await answersComeFrom(local);
    await drains({ local: 'active' });
    await answersComeFrom(local);
    await nothingFailed();
  });
});
