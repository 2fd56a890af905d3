import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { TestIdentity } from '@berth/access/testing';
import type { Cluster, ClusterReport, IsolationCheck } from '@berth/contracts/deployment';
import { deploymentManagement } from '@berth/deployment-management';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually, fromSources, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PlayedCluster } from './played-cluster.js';

jest.setTimeout(300_000);

const { signal: never } = new AbortController();
const patient = { within: 120_000, every: 200 };
/** The cluster's nodes are played: what is started from it never says anything. */
const mute = { image: 'registry.example/mute:1' };

let cluster: PlayedCluster;
let service: TestService;
let token: string;
let berlin: Cluster;
/** Does what is queued, and can be killed. */
let worker: ChildProcess;
let environment: Record<string, string>;

beforeAll(async () => {
  cluster = await PlayedCluster.start();
  const key = randomBytes(32).toString('base64');
  environment = { RUNTIME: 'memory', KEY_ENCRYPTION_KEY: key, LOG_LEVEL: 'silent', LEASE_SECONDS: '2' };
  service = await startTestService(deploymentManagement, { environment: { ...environment, ROLE: 'api' } });
  const identity = await TestIdentity.create(service.database);
  token = await identity.token({ administrator: true, expiresIn: 3_600 });
  startWorker();
  berlin = (
    await send<Cluster>('POST', '/v1/clusters', {
      ...{ name: 'berlin', credentials: { kind: 'kubeconfig', kubeconfig: cluster.kubeconfig } },
      settings: { gateway: { namespace: 'gateway', name: 'public', url: cluster.gatewayUrl } },
    })
  ).body;
}, 1_200_000);
afterAll(async () => {
  await killWorker();
  await service.close();
  await cluster.stop();
});

function startWorker(): void {
  const main = join(import.meta.dirname, '../../../deployment-management/src/main.ts');
  worker = spawn(process.execPath, fromSources(main), {
    env: { PATH: process.env['PATH'], ...environment, ROLE: 'worker', PORT: '0', DATABASE_URL: service.databaseUrl },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function killWorker(): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

interface Answer<Body> {
  readonly status: number;
  readonly location: string | null;
  readonly body: Body;
}

async function send<Body>(method: string, path: string, body?: object): Promise<Answer<Body>> {
  const headers = { authorization: `Bearer ${token}`, 'if-match': '*', 'content-type': 'application/json' };
  const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${service.url}${path}`, sent);
  const text = await response.text();
  const parsed = (text === '' ? undefined : JSON.parse(text)) as Body;
  return { status: response.status, location: response.headers.get('location'), body: parsed };
}

const checks = () => `/v1/clusters/${berlin.id}/isolation-checks`;
const begin = async (body: object = {}) => (await send<IsolationCheck>('POST', checks(), body)).body;
const read = async ({ id }: Pick<IsolationCheck, 'id'>) =>
  (await send<IsolationCheck>('GET', `${checks()}/${id}`)).body;
const untilEnded = async (check: IsolationCheck): Promise<IsolationCheck> => {
  await eventually(async () => expect((await read(check)).endedAt).not.toBeNull(), patient);
  return read(check);
};
const outcomes = ({ walls }: IsolationCheck) => Object.fromEntries(walls.map((wall) => [wall.name, wall.outcome]));
const kept = { secret: 'passed', token: 'passed', quota: 'passed', 'pod-security': 'passed' };
const untried = { network: 'not-proven', dns: 'not-proven' };

/** Namespaces of tenants of whatever check. */
async function tenants(): Promise<string[]> {
  const names: string[] = [];
  for await (const { items } of cluster.administrator.pages<KubeObject>(kinds.namespace, never))
    names.push(...items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('isolation-check-')));
  return names;
}
const endsAt = ({ id }: IsolationCheck, moment: string) =>
  service.database.query(`update isolation_check set deadline_at = ${moment} where id = $1`, [id]);
const overrun = (check: IsolationCheck) => endsAt(check, 'now()');
const hurry = () => service.database.query(`update work_item set due_at = now() where queue = 'isolation-checks'`);

describe('a check of the walls between tenants', () => {
  it('tries them on two tenants that are gone when it ends; without pods the network is not proven', async () => {
    const { status, location, body } = await send<IsolationCheck>('POST', checks(), {});
    expect({ status, location }).toEqual({ status: 202, location: `${checks()}/${body.id}` });
    expect(body).toMatchObject({ verdict: null, walls: [], endedAt: null });
    const ended = await untilEnded(body);
    expect(outcomes(ended)).toEqual({ ...kept, ...untried });
    expect(ended).toMatchObject({ verdict: 'not-proven', heldBy: null });
    expect(await tenants()).toEqual([]);
    expect((await send<{ items: IsolationCheck[] }>('GET', checks())).body.items).toEqual([ended]);
  });

  it('finds a wall that somebody has broken', async () => {
    const name = `open-${randomUUID()}`;
    const root = '/apis/rbac.authorization.k8s.io/v1';
    const [apiGroup, contentType] = ['rbac.authorization.k8s.io', 'application/apply-patch+yaml'];
    const apply = (plural: string, body: object) => {
      const path = `${root}/${plural}/${name}?fieldManager=stranger`;
      const metadata = { apiVersion: `${apiGroup}/v1`, metadata: { name } };
      const sent = { ...metadata, ...body };
      return cluster.administrator.transport.ask({ method: 'PATCH', path, body: sent, contentType, signal: never });
    };
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
    await apply('clusterroles', { kind: 'ClusterRole', rules });
    await apply('clusterrolebindings', {
      ...{ kind: 'ClusterRoleBinding', roleRef: { apiGroup, kind: 'ClusterRole', name } },
      subjects: [{ kind: 'Group', apiGroup, name: 'system:serviceaccounts' }],
    });
    const ended = await untilEnded(await begin());
    expect({ verdict: ended.verdict, ...outcomes(ended) }).toEqual({
      ...{ verdict: 'not-isolated', ...kept, ...untried, secret: 'failed' },
    });
    const path = `${root}/clusterrolebindings/${name}`;
    await cluster.administrator.transport.ask({ method: 'DELETE', path, signal: never });
    expect(outcomes(await untilEnded(await begin()))).toEqual({ ...kept, ...untried });
  });

  it('that is killed on its way ends after all, proves nothing that it did not see, and leaves nothing behind', async () => {
    const check = await begin(mute);
    await endsAt(check, "now() + interval '1 hour'");
    await eventually(async () => expect(await tenants()).toHaveLength(2), patient);
    expect(await send('POST', checks(), {})).toMatchObject({ status: 409, body: { code: 'isolation_check_running' } });
    expect(await send('DELETE', `/v1/clusters/${berlin.id}`)).toMatchObject({ body: { code: 'cluster_in_use' } });
    await killWorker();
    const [namespace = ''] = await tenants();
    const metadata = { name: 'held', namespace, finalizers: ['example.com/hold'] };
    const hold = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    await cluster.administrator.apply(hold, never);
    await overrun(check);
    startWorker();
    await eventually(async () => {
      expect((await read(check)).heldBy).toContain('example.com/hold');
    }, patient);
    const held = await read(check);
    expect(held).toMatchObject({ verdict: 'not-proven', endedAt: null });
    expect(held.walls.find(({ name }) => name === 'network')).toMatchObject({
      ...{ outcome: 'not-proven', message: expect.stringContaining('waited in vain for a pod') },
    });
    await cluster.administrator.apply({ ...hold, metadata: { ...metadata, finalizers: [] } }, never);
    await eventually(async () => {
      await hurry();
      expect((await read(check)).endedAt).not.toBeNull();
    }, patient);
    expect(await tenants()).toEqual([]);
  });

  it('of a cluster that takes our token no longer proves nothing, and is cleared away once it does again', async () => {
    const renewed = await cluster.renewAccount();
    // An API server believes a token that it has seen for a few seconds more.
    await eventually(async () => {
      const { body } = await send<ClusterReport>('GET', `/v1/clusters/${berlin.id}/report`);
      expect(body.checks.map(({ name }) => name)).toEqual(['accepted', 'statistics']);
    }, patient);
    const check = await begin();
    await overrun(check);
    await eventually(async () => expect((await read(check)).heldBy).toContain('cannot be asked'), patient);
    const walls = (await read(check)).walls;
    expect(walls.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'not-proven'));
    const credentials = { kind: 'kubeconfig', kubeconfig: cluster.kubeconfigFor(renewed) };
    expect((await send('PATCH', `/v1/clusters/${berlin.id}`, { credentials })).status).toBe(200);
    await eventually(async () => {
      await hurry();
      expect((await read(check)).endedAt).not.toBeNull();
    }, patient);
    expect(outcomes(await untilEnded(await begin()))).toEqual({ ...kept, ...untried });
  });
});
