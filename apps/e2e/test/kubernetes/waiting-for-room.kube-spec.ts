import type { App, Deployment, Workload } from '@berth/contracts/deployment';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClusteredService, image, patient } from './clustered-service.js';
import { PlayedCluster } from './played-cluster.js';
import { WorkloadsOn } from './workloads-on.js';

jest.setTimeout(300_000);

const { signal: never } = new AbortController();
const NAMES = ['berlin', 'oslo'] as const;

let clusters: Record<(typeof NAMES)[number], PlayedCluster>;
let cluster: PlayedCluster;
let clustered: ClusteredService;
let on: WorkloadsOn;
/** Whoever watches something does so until then. */
let stop: AbortController;

beforeAll(async () => {
  clusters = { berlin: await PlayedCluster.start(), oslo: await PlayedCluster.start() };
  cluster = clusters.berlin;
  clustered = await ClusteredService.start();
  for (const name of NAMES) expect(await clustered.register(name, clusters[name])).toMatchObject({ status: 201 });
  on = new WorkloadsOn(cluster, clustered, 'berlin');
}, 1_200_000);
beforeEach(() => void (stop = new AbortController()));
afterEach(() => stop.abort());
afterAll(async () => {
  await clustered.close();
  for (const name of NAMES) await clusters[name].stop();
});

/** What it would end with if its deadline came now. */
const hindranceOf = async ({ id }: Deployment) => {
  const sql = `select seen->'failure'->>'cause' as cause from deployment where id = $1`;
  return (await clustered.service.database.query<{ cause: string | null }>(sql, [id]))[0]?.cause;
};
/** As if the deadline of its phase came now. */
const overrun = ({ id }: Deployment) =>
  clustered.service.database.query('update work_deadline set at = now(), due_at = now() where name = $1', [id]);
/** Its pods go on; no other comes. */
async function takesPods(is: boolean): Promise<void> {
  const contentType = 'application/merge-patch+json';
  for (const node of ['node-1', 'node-2', 'node-3'])
    await cluster.administrator.transport.ask({
      ...{ method: 'PATCH', path: `/api/v1/nodes/${node}`, contentType, signal: never },
      body: { spec: { unschedulable: is ? null : true } },
    });
}

describe('a deployment whose pod finds no node', () => {
  afterEach(() => takesPods(true));

  it('waits, says so, and is live when there is one', async () => {
    const workload = await on.live('patient');
    await takesPods(false);
    const started = await on.begin(workload, 'b2');
    await on.says(workload, { status: 'false', reason: 'Unschedulable' });
    expect(await on.deployment(started)).toMatchObject({ status: 'rolling', failure: null });
    await takesPods(true);
    await on.ends(started, 'live');
    await on.runs(workload, 'b2');
    await on.isReady(workload);
  });

  it('fails with that at its deadline, with what the scheduler says and a next step', async () => {
    const workload = await on.live('late');
    await takesPods(false);
    const started = await on.begin(workload, 'b2');
    await eventually(async () => expect(await hindranceOf(started)).toBe('unschedulable'), patient);
    await overrun(started);
    const { failure, outcome } = await on.ends(started, 'failed');
    expect(failure).toMatchObject({
      cause: 'unschedulable',
      message: expect.stringContaining('until the deadline'),
      nextStep: expect.stringContaining('less CPU'),
    });
    expect(failure?.evidence[0]).toMatch(/^0\/3 nodes are available/);
    expect(outcome).toBe('v1 keeps serving.');
    await on.runs(workload, 'a1');
    await on.isReady(workload);
  });
});

describe('a workload on its way to a cluster whose quota is full', () => {
  it('waits there, serves where it stands, and arrives when there is room', async () => {
    const workload = await on.live('moving');
    const namespace = await on.namespaceOf(workload);
    const oslo = new WorkloadsOn(clusters.oslo, clustered, 'oslo');
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await clusters.oslo.administrator.apply(space as KubeObject, never);
    const quota = await oslo.allowPods(namespace, 0);
    await clustered.ask('owner', 'POST', `/v1/workloads/${workload.id}/move`, { cluster: 'oslo', drainSeconds: 0 });
    const there = async () => (await clustered.placements(workload)).find((each) => each.cluster === 'oslo');
    await eventually(async () => {
      expect(await there()).toMatchObject({ state: 'arriving', message: expect.stringContaining('may not use') });
    }, patient);
    await on.runs(workload, 'a1');
    await clusters.oslo.administrator.delete(quota, never);
    await eventually(async () => expect(await there()).toMatchObject({ state: 'active', isFirst: true }), patient);
    await oslo.runs(workload, 'a1');
    await on.runs(workload);
  });
});

describe('a canary whose next step finds the quota full', () => {
  it('waits with the step that it has, and goes on when there is room', async () => {
    const workload = await on.live('shared', 2);
    const steps = [50, 90].map((weight) => ({ weight, holdSeconds: 1 }));
    await on.change(workload, { strategy: { kind: 'canary', steps } });
    const quota = await on.allowPods(await on.namespaceOf(workload), 3);
    const started = await on.begin(workload, 'b2');
    await eventually(async () => {
      const { status, failure } = await on.deployment(started);
      expect({ status, failure }).toEqual({ status: 'shifting', failure: null });
      expect(await hindranceOf(started)).toBe('quota_exceeded');
    }, patient);
    await on.runs(workload, 'a1', 'a1', 'b2');
    await cluster.administrator.delete(quota, never);
    await on.ends(started, 'live');
    await on.runs(workload, 'b2', 'b2');
  });

  it('fails with that at its deadline, and the former release has everything again', async () => {
    const workload = await on.live('short', 2);
    const steps = [50, 90].map((weight) => ({ weight, holdSeconds: 1 }));
    await on.change(workload, { strategy: { kind: 'canary', steps } });
    await on.allowPods(await on.namespaceOf(workload), 3);
    const started = await on.begin(workload, 'b2');
    await eventually(async () => expect(await hindranceOf(started)).toBe('quota_exceeded'), patient);
    await overrun(started);
    const { failure } = await on.ends(started, 'failed');
    expect(failure).toMatchObject({ cause: 'quota_exceeded', evidence: [expect.stringContaining('exceeded quota')] });
    await on.runs(workload, 'a1', 'a1');
  });
});

describe('a namespace whose quota has room for one more pod', () => {
  const pod = (namespace: string) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'theirs', namespace } },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          ...{ name: 'theirs', image: 'registry.example/theirs:1' },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  });
  interface Quota extends KubeObject {
    readonly status?: { readonly used?: { readonly pods?: string } };
  }
  /** Into `used`: every number of pods that the quota has counted. */
  async function followQuota(namespace: string, used: number[], signal: AbortSignal): Promise<void> {
    for await (const { metadata, status } of on.versionsOf<Quota>(kinds.resourceQuota, signal))
      if (metadata.namespace === namespace && metadata.name === 'tight') used.push(Number(status?.used?.pods ?? 0));
  }

  it('has two workloads roll one after the other, and neither fails while the room is taken', async () => {
    const first = await on.live('first');
    const source = { kind: 'image', image: image('a1') };
    const app = await clustered.ask<App>('owner', 'POST', '/v1/apps', {
      ...{ projectId: first.projectId, slug: 'other', source },
    });
    const second = await clustered.ask<Workload>('owner', 'POST', '/v1/workloads', {
      ...{ appId: app.id, environmentId: first.environmentId },
    });
    await clustered.deployLive(second, 'a1');
    const namespace = await on.namespaceOf(first);
    const used: number[] = [];
    const following = followQuota(namespace, used, stop.signal);
    // Somebody has the room that there is.
    await cluster.administrator.apply(pod(namespace) as KubeObject, never);
    await on.allowPods(namespace, 3);
    await eventually(() => expect(used.at(-1)).toBe(3), patient);
    const started = await Promise.all([on.begin(first, 'b2'), on.begin(second, 'b2')]);
    for (const workload of [first, second]) await on.says(workload, { status: 'false', reason: 'QuotaExceeded' });
    for (const each of started) expect(await on.deployment(each)).toMatchObject({ status: 'rolling', failure: null });
    await cluster.administrator.delete(pod(namespace), never);
    for (const each of started) await on.ends(each, 'live');
    await Promise.all([on.runs(first, 'b2'), on.runs(second, 'b2'), on.isReady(first), on.isReady(second)]);
    await eventually(() => expect(used.at(-1)).toBe(2), patient);
    stop.abort();
    await following;
    expect(Math.max(...used)).toBe(3);
  });
});
