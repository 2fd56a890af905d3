import { setTimeout as pass } from 'node:timers/promises';
import type { Cluster, Deployment, Workload } from '@berth/contracts/deployment';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually, type FaultProxy } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClusteredService, image, patient } from './clustered-service.js';
import { PlayedCluster, type Pod } from './played-cluster.js';
import { WorkloadsOn } from './workloads-on.js';

jest.setTimeout(300_000);

const OUTAGE_MILLISECONDS = 30_000;
const { signal: never } = new AbortController();

let cluster: PlayedCluster;
let clustered: ClusteredService;
let proxy: FaultProxy;
let berlin: Cluster;
let on: WorkloadsOn;
/** Whoever watches something does so until then. */
let stop: AbortController;

beforeAll(async () => {
  cluster = await PlayedCluster.start();
  clustered = await ClusteredService.start();
  on = new WorkloadsOn(cluster, clustered, 'berlin');
  const behind = await cluster.behindProxy();
  proxy = behind.proxy;
  const credentials = { kind: 'kubeconfig', kubeconfig: behind.kubeconfig };
  berlin = (await clustered.register('berlin', cluster, { credentials })).body;
}, 1_200_000);
beforeEach(() => void (stop = new AbortController()));
afterEach(() => {
  stop.abort();
  proxy.heal();
});
afterAll(async () => {
  await clustered.close();
  await proxy.close();
  await cluster.stop();
});

const typesOf = async (subject: string) => (await clustered.events(subject)).map(({ type }) => type);
const configsOf = async (workload: Workload) =>
  (await on.childrenOf(workload, 'secret'))
    .map(({ metadata }) => metadata.name)
    .filter((name) => /-config-/.test(name));
const isWriteOf = (namespace: string, plural: string) => (method: string, path: string) =>
  method !== 'GET' && path.includes(`/namespaces/${namespace}/${plural}/`);

describe('a cluster whose API server nobody reaches for 30 seconds', () => {
  const reachable = async () =>
    (await clustered.ask<Cluster>('administrator', 'GET', `/v1/clusters/${berlin.id}`)).conditions;
  /** As after hours: they are tried again in minutes only, unless somebody says that the cluster is back. */
  async function haveFailedForLong(...workloads: Workload[]): Promise<void> {
    const keys = workloads.map(({ id }) => id);
    const { database } = clustered.service;
    const isOurs = `queue = 'workloads' and key = any($1)`;
    await eventually(async () => {
      const late = `select from work_item where ${isOurs} and due_at > now() + interval '2 minutes'`;
      if ((await database.query(late, [keys])).length === keys.length) return;
      await database.query(`update work_item set attempts = 20 where ${isOurs} and attempts < 20`, [keys]);
      await database.query(
        `update work_item set due_at = now() where ${isOurs} and due_at < now() + interval '2 minutes'`,
        [keys],
      );
      throw new Error('They are still tried often.');
    }, patient);
  }
  const seenOf = async ({ id }: Deployment) => {
    const sql = `select seen->>'state' as state from deployment where id = $1`;
    return (await clustered.service.database.query<{ state: string | null }>(sql, [id]))[0]?.state;
  };

  it('has afterwards what was declared, of what rested and of what rolled, and meanwhile it was said', async () => {
    const resting = await on.live('resting', 2);
    const told = await on.live('told');
    const rolling = await on.live('rolling');
    const before = await on.uidsOf(resting);
    const isRollout = isWriteOf(await on.namespaceOf(rolling), 'deployments');
    let begun = 0;
    // The pass that rolls is broken off in the middle of its writes.
    proxy.break({
      when: (method, path) => begun > 0 || (isRollout(method, path) && (begun = performance.now()) > 0),
      fault: { kind: 'cut' },
    });
    const started = await on.begin(rolling, 'b2');
    await eventually(() => expect(begun).toBeGreaterThan(0), patient);
    proxy.cutOpen();

    await on.scale(told, 2);
    const [service] = await on.childrenOf(resting, 'service');
    await cluster.administrator.delete(service!, never);
    await eventually(async () => {
      await clustered.hurry('clusters');
      expect(await reachable()).toMatchObject([{ type: 'Reachable', status: 'false', reason: 'DoesNotAnswer' }]);
      expect(await seenOf(started)).toContain('The runtime could not be asked');
    }, patient);
    // Nobody could look, and nothing was written of each of them.
    for (const workload of [resting, told, rolling])
      await on.says(workload, { status: 'unknown', reason: 'ClusterUnreachable' });
    await haveFailedForLong(told, rolling);
    await pass(Math.max(0, OUTAGE_MILLISECONDS - (performance.now() - begun)));
    expect(await on.deployment(started)).toMatchObject({ status: 'rolling', endedAt: null, failure: null });
    expect(await on.uidsOf(resting)).toEqual(before);
    expect(await on.uidsOf(told)).toHaveLength(1);
    proxy.heal();

    await on.ends(started, 'live');
    await Promise.all([on.isReady(resting), on.isReady(told), on.isReady(rolling)]);
    await Promise.all([on.runs(resting, 'a1', 'a1'), on.runs(told, 'a1', 'a1'), on.runs(rolling, 'b2')]);
    expect(await on.uidsOf(resting)).toEqual(before);
    await eventually(async () => expect(await on.childrenOf(resting, 'service')).toHaveLength(1), patient);
    await eventually(async () => {
      await clustered.hurry('clusters');
      expect(await reachable()).toMatchObject([{ type: 'Reachable', status: 'true' }]);
    }, patient);
    const failed = await clustered.service.database.query(`select from deployment where status = 'failed'`);
    expect(failed).toEqual([]);
    await eventually(async () => {
      const clusterTold = await typesOf(berlin.id);
      expect(clusterTold.slice(-2).map((type) => type.replace(/^berth\.|\.v1$/g, ''))).toEqual([
        'cluster.unreachable',
        'cluster.recovered',
      ]);
      for (const [workload, entry] of [
        [resting, 'berlin 2'],
        [told, 'berlin 2'],
        [rolling, 'berlin 1'],
      ] as const)
        expect((await clustered.allocations(workload)).at(-1)).toEqual([entry]);
    }, patient);
  });
});

describe('a pass that is held between two of its writes', () => {
  it('gives way to what was asked for meanwhile, of which nothing older is left', async () => {
    const workload = await on.live('held', 2);
    const [former] = await configsOf(workload);
    const isRollout = isWriteOf(await on.namespaceOf(workload), 'deployments');
    const gate = Promise.withResolvers<void>();
    proxy.break({ when: isRollout, fault: { kind: 'held', until: gate.promise }, times: 1 });
    await on.begin(workload, 'b2');
    await eventually(() => expect(proxy.holding).toBe(1), patient);
    await on.scale(workload, 3);
    const config = { set: { GREETING: 'newer' }, unset: [] };
    await clustered.ask('owner', 'PATCH', `/v1/config/${workload.id}`, config);
    const last = await on.begin(workload, 'c3');
    gate.resolve();
    await on.ends(last, 'live');
    await on.isReady(workload);
    await on.runs(workload, 'c3', 'c3', 'c3');
    const [made] = await on.childrenOf(workload, 'deployment');
    expect(made).toMatchObject({ spec: { replicas: 3 } });
    await eventually(async () => {
      const configs = await configsOf(workload);
      expect({ configs: configs.length, hasFormer: configs.includes(former!) }).toEqual({
        configs: 1,
        hasFormer: false,
      });
    }, patient);
    await eventually(async () => expect((await clustered.allocations(workload)).at(-1)).toEqual(['berlin 3']), patient);
  });

  it('is put right when what it wrote arrives after what is newer', async () => {
    const workload = await on.live('late');
    const isRollout = isWriteOf(await on.namespaceOf(workload), 'deployments');
    const gate = Promise.withResolvers<void>();
    proxy.break({ when: isRollout, fault: { kind: 'held', until: gate.promise }, times: 1 });
    const given = await on.begin(workload, 'b2');
    await eventually(() => expect(proxy.holding).toBe(1), patient);
    await clustered.ask('owner', 'POST', `/v1/deployments/${given.id}/cancel`);
    await clustered.deployLive(workload, 'c3');
    expect(proxy.holding).toBe(1);
    gate.resolve();
    await eventually(
      () => expect(proxy.count(({ path, method }) => isRollout(method, path))).toBeGreaterThan(2),
      patient,
    );
    await eventually(async () => {
      const [made] = await on.childrenOf(workload, 'deployment');
      expect(JSON.stringify(made)).toContain(image('c3'));
    }, patient);
    await on.runs(workload, 'c3');
    await on.isReady(workload);
  });
});

describe('a cluster of which every answer takes 1.5 s', () => {
  /** Runs of reconcilers that somebody took the key from. */
  const lost = async () => {
    const text = await (await fetch(`${clustered.service.url}/metrics`)).text();
    return text.split('\n').filter((line) => /reconcile_duration_seconds_count.*verdict="lost"/.test(line));
  };

  it('gets a first release and a next one, each write once, and nobody loses their place at work', async () => {
    const workload = await on.live('slow', 2);
    const fresh = await clustered.workload(await clustered.app('fresh'), 'fresh', { cluster: 'berlin' });
    const before = await lost();
    proxy.forget();
    proxy.break({ fault: { kind: 'slow', milliseconds: 1_500 } });
    const started = await Promise.all([on.begin(workload, 'b2'), on.begin(fresh, 'a1')]);
    for (const each of started) await on.ends(each, 'live');
    await Promise.all([on.isReady(workload), on.isReady(fresh)]);
    proxy.heal();
    await Promise.all([on.runs(workload, 'b2', 'b2'), on.runs(fresh, 'a1')]);
    const writes = proxy.seen.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
    const repeated = writes.filter((each, index) => writes.indexOf(each) !== index);
    expect({ repeated, writes: writes.length > 10 }).toEqual({ repeated: [], writes: true });
    expect(await lost()).toEqual(before);
    const failed = await clustered.service.database.query(`select from deployment where status = 'failed'`);
    expect(failed).toEqual([]);
  });
});

describe('a release whose pod never becomes ready', () => {
  const DEADLINE_SECONDS = 3;
  const MOST_MILLISECONDS = 5_000;
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[1];

  interface Made extends KubeObject {
    readonly spec: { readonly template: Pick<Pod, 'spec'> };
  }
  /** When each image was stated at the API server, as it tells whoever watches. */
  async function followImages({ id }: Workload, stated: Map<string, number>, signal: AbortSignal): Promise<void> {
    const selector = `berth.dev/workload=${id}`;
    for await (const { spec } of on.versionsOf<Made>(kinds.deployment, signal, selector)) {
      const name = spec.template.spec.containers[0]?.image ?? '';
      // Said again with each change of its status.
      if ([...stated.keys()].at(-1) === name) continue;
      stated.delete(name);
      stated.set(name, Date.now());
    }
  }

  it('is rolled back within 5 s of its deadline, by the database and at the API server', async () => {
    const workload = await on.live('doomed');
    await clustered.ask('owner', 'PATCH', `/v1/workloads/${workload.id}`, { deadlines: { rolling: DEADLINE_SECONDS } });
    const before = await on.uidsOf(workload);
    const stated = new Map<string, number>();
    const following = followImages(workload, stated, stop.signal);
    await eventually(() => expect([...stated.keys()]).toEqual([image('a1')]), patient);
    const late: { database: number; cluster: number }[] = [];
    for (const mark of ['0ff01', '0ff02', '0ff03']) {
      const failed = await on.ends(await on.begin(workload, mark), 'failed');
      // The latter if nobody had seen its pod unready by then.
      expect(failed.failure?.cause).toMatch(/^(health_check_failed|timeout)$/);
      await on.runs(workload, 'a1');
      await eventually(() => expect([...stated.keys()].slice(-2)).toEqual([image(mark), image('a1')]), patient);
      const rolled = failed.timeline.find(({ to }) => to === 'rolling');
      const deadline = Date.parse(rolled?.at ?? '') + DEADLINE_SECONDS * 1_000;
      const cluster = (stated.get(image('a1')) ?? 0) - deadline;
      late.push({ database: Date.parse(failed.endedAt ?? '') - deadline, cluster });
    }
    stop.abort();
    await following;
    process.stdout.write(`Rolled back so many ms after the deadline: ${JSON.stringify(late)}\n`);
    expect(await on.uidsOf(workload)).toEqual(before);
    for (const { database, cluster } of late) {
      expect(database).toBeGreaterThanOrEqual(0);
      expect(cluster).toBeGreaterThanOrEqual(database);
    }
    // A machine that stands still for a moment does so in one of them.
    expect(median(late.map(({ database }) => database))).toBeLessThan(MOST_MILLISECONDS);
    expect(median(late.map(({ cluster }) => cluster))).toBeLessThan(MOST_MILLISECONDS);
  });
});
