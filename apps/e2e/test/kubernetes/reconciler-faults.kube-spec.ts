import { setTimeout as pass } from 'node:timers/promises';
import type { App, Cluster, Deployment, Workload } from '@berth/contracts/deployment';
import { type Kind, kinds, type KubeObject, watch } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { eventually, type FaultProxy } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClusteredService, image, patient } from './clustered-service.js';
import { PlayedCluster, type Pod } from './played-cluster.js';

jest.setTimeout(300_000);

const OUTAGE_MILLISECONDS = 30_000;
const { signal: never } = new AbortController();

let cluster: PlayedCluster;
let clustered: ClusteredService;
let proxy: FaultProxy;
let berlin: Cluster;
/** Whoever watches something does so until then. */
let stop: AbortController;

beforeAll(async () => {
  cluster = await PlayedCluster.start();
  clustered = await ClusteredService.start();
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

/** A workload of its own, live with `a1`, and at rest. */
async function liveWorkload(slug: string, web = 1): Promise<Workload> {
  const workload = await clustered.workload(await clustered.app(slug), slug, { cluster: 'berlin' });
  if (web !== 1) await scale(workload, web);
  await clustered.deployLive(workload, 'a1');
  await isReady(workload);
  return workload;
}
const now = ({ id }: Workload) => clustered.ask<Workload>('owner', 'GET', `/v1/workloads/${id}`);
const scale = ({ id }: Workload, web: number) =>
  clustered.ask('owner', 'POST', `/v1/workloads/${id}/scale`, { counts: { web } });
const begin = ({ id }: Workload, mark: string): Promise<Deployment> =>
  clustered.ask('owner', 'POST', `/v1/workloads/${id}/deployments`, { source: { kind: 'image', image: image(mark) } });
const deployment = ({ id }: Deployment) => clustered.ask<Deployment>('owner', 'GET', `/v1/deployments/${id}`);
const ends = (started: Deployment, status: string) =>
  eventually(async () => {
    const found = await deployment(started);
    expect(found.endedAt).not.toBeNull();
    expect({ status: found.status, failure: found.failure }).toMatchObject({ status });
    return found;
  }, patient);
const isReady = (workload: Workload) =>
  eventually(async () => {
    const { conditions, generation, observedGeneration } = await now(workload);
    expect({ conditions, observedGeneration }).toMatchObject({
      ...{ conditions: [{ type: 'Ready', status: 'true' }], observedGeneration: generation },
    });
  }, patient);
const runs = (workload: Workload, ...marks: string[]) =>
  eventually(async () => {
    const images = (await cluster.pods(workload.id)).map(({ spec }) => spec.containers[0]?.image);
    expect(images.sort()).toEqual(marks.map(image).sort());
  }, patient);
const uidsOf = async ({ id }: Workload) => (await cluster.pods(id)).map(({ metadata }) => metadata.uid).sort();
const typesOf = async (subject: string) => (await clustered.events(subject)).map(({ type }) => type);
const childrenOf = async ({ id }: Workload, kind: 'service' | 'secret' | 'deployment'): Promise<KubeObject[]> => {
  const items: KubeObject[] = [];
  const selector = `berth.dev/workload=${id}`;
  for await (const page of cluster.administrator.pages(kinds[kind], never, { selector })) items.push(...page.items);
  return items;
};
const configsOf = async (workload: Workload) =>
  (await childrenOf(workload, 'secret')).map(({ metadata }) => metadata.name).filter((name) => /-config-/.test(name));
const namespaceOf = async (workload: Workload) => (await childrenOf(workload, 'service'))[0]?.metadata.namespace ?? '';
/** As the API server tells whoever watches. */
async function* versionsOf<Item extends KubeObject>(kind: Kind, signal: AbortSignal, selector?: string) {
  const how = { clock: new Clock(), ...(selector !== undefined && { selector }) };
  for await (const event of watch<Item>(cluster.administrator, kind, how, signal)) {
    if (event.type === 'replaced') yield* event.items;
    if (event.type === 'changed') yield event.item;
  }
}
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
    const resting = await liveWorkload('resting', 2);
    const told = await liveWorkload('told');
    const rolling = await liveWorkload('rolling');
    const before = await uidsOf(resting);
    const isRollout = isWriteOf(await namespaceOf(rolling), 'deployments');
    let begun = 0;
    // The pass that rolls is broken off in the middle of its writes.
    proxy.break({
      when: (method, path) => begun > 0 || (isRollout(method, path) && (begun = performance.now()) > 0),
      fault: { kind: 'cut' },
    });
    const started = await begin(rolling, 'b2');
    await eventually(() => expect(begun).toBeGreaterThan(0), patient);
    proxy.cutOpen();

    await scale(told, 2);
    const [service] = await childrenOf(resting, 'service');
    await cluster.administrator.delete(service!, never);
    await eventually(async () => {
      await clustered.hurry('clusters');
      expect(await reachable()).toMatchObject([{ type: 'Reachable', status: 'false', reason: 'DoesNotAnswer' }]);
      expect(await seenOf(started)).toContain('The runtime could not be asked');
    }, patient);
    await haveFailedForLong(told, rolling);
    await pass(Math.max(0, OUTAGE_MILLISECONDS - (performance.now() - begun)));
    expect(await deployment(started)).toMatchObject({ status: 'rolling', endedAt: null, failure: null });
    expect(await uidsOf(resting)).toEqual(before);
    expect(await uidsOf(told)).toHaveLength(1);
    proxy.heal();

    await ends(started, 'live');
    await Promise.all([isReady(resting), isReady(told), isReady(rolling)]);
    await Promise.all([runs(resting, 'a1', 'a1'), runs(told, 'a1', 'a1'), runs(rolling, 'b2')]);
    expect(await uidsOf(resting)).toEqual(before);
    await eventually(async () => expect(await childrenOf(resting, 'service')).toHaveLength(1), patient);
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
    const workload = await liveWorkload('held', 2);
    const [former] = await configsOf(workload);
    const isRollout = isWriteOf(await namespaceOf(workload), 'deployments');
    const gate = Promise.withResolvers<void>();
    proxy.break({ when: isRollout, fault: { kind: 'held', until: gate.promise }, times: 1 });
    await begin(workload, 'b2');
    await eventually(() => expect(proxy.holding).toBe(1), patient);
    await scale(workload, 3);
    const config = { set: { GREETING: 'newer' }, unset: [] };
    await clustered.ask('owner', 'PATCH', `/v1/config/${workload.id}`, config);
    const last = await begin(workload, 'c3');
    gate.resolve();
    await ends(last, 'live');
    await isReady(workload);
    await runs(workload, 'c3', 'c3', 'c3');
    const [made] = await childrenOf(workload, 'deployment');
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
    const workload = await liveWorkload('late');
    const isRollout = isWriteOf(await namespaceOf(workload), 'deployments');
    const gate = Promise.withResolvers<void>();
    proxy.break({ when: isRollout, fault: { kind: 'held', until: gate.promise }, times: 1 });
    const given = await begin(workload, 'b2');
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
      const [made] = await childrenOf(workload, 'deployment');
      expect(JSON.stringify(made)).toContain(image('c3'));
    }, patient);
    await runs(workload, 'c3');
    await isReady(workload);
  });
});

describe('a cluster of which every answer takes 1.5 s', () => {
  /** Runs of reconcilers that somebody took the key from. */
  const lost = async () => {
    const text = await (await fetch(`${clustered.service.url}/metrics`)).text();
    return text.split('\n').filter((line) => /reconcile_duration_seconds_count.*verdict="lost"/.test(line));
  };

  it('gets a first release and a next one, each write once, and nobody loses their place at work', async () => {
    const workload = await liveWorkload('slow', 2);
    const fresh = await clustered.workload(await clustered.app('fresh'), 'fresh', { cluster: 'berlin' });
    const before = await lost();
    proxy.forget();
    proxy.break({ fault: { kind: 'slow', milliseconds: 1_500 } });
    const started = await Promise.all([begin(workload, 'b2'), begin(fresh, 'a1')]);
    for (const each of started) await ends(each, 'live');
    await Promise.all([isReady(workload), isReady(fresh)]);
    proxy.heal();
    await Promise.all([runs(workload, 'b2', 'b2'), runs(fresh, 'a1')]);
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
    for await (const { spec } of versionsOf<Made>(kinds.deployment, signal, selector)) {
      const name = spec.template.spec.containers[0]?.image ?? '';
      // Said again with each change of its status.
      if ([...stated.keys()].at(-1) === name) continue;
      stated.delete(name);
      stated.set(name, Date.now());
    }
  }

  it('is rolled back within 5 s of its deadline, by the database and at the API server', async () => {
    const workload = await liveWorkload('doomed');
    await clustered.ask('owner', 'PATCH', `/v1/workloads/${workload.id}`, { deadlines: { rolling: DEADLINE_SECONDS } });
    const before = await uidsOf(workload);
    const stated = new Map<string, number>();
    const following = followImages(workload, stated, stop.signal);
    await eventually(() => expect([...stated.keys()]).toEqual([image('a1')]), patient);
    const late: { database: number; cluster: number }[] = [];
    for (const mark of ['0ff01', '0ff02', '0ff03']) {
      const failed = await ends(await begin(workload, mark), 'failed');
      expect(failed.failure?.cause).toBe('timeout');
      await runs(workload, 'a1');
      await eventually(() => expect([...stated.keys()].slice(-2)).toEqual([image(mark), image('a1')]), patient);
      const rolled = failed.timeline.find(({ to }) => to === 'rolling');
      const deadline = Date.parse(rolled?.at ?? '') + DEADLINE_SECONDS * 1_000;
      const cluster = (stated.get(image('a1')) ?? 0) - deadline;
      late.push({ database: Date.parse(failed.endedAt ?? '') - deadline, cluster });
    }
    stop.abort();
    await following;
    process.stdout.write(`Rolled back so many ms after the deadline: ${JSON.stringify(late)}\n`);
    expect(await uidsOf(workload)).toEqual(before);
    for (const { database, cluster } of late) {
      expect(database).toBeGreaterThanOrEqual(0);
      expect(cluster).toBeGreaterThanOrEqual(database);
    }
    // A machine that stands still for a moment does so in one of them.
    expect(median(late.map(({ database }) => database))).toBeLessThan(MOST_MILLISECONDS);
    expect(median(late.map(({ cluster }) => cluster))).toBeLessThan(MOST_MILLISECONDS);
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
    for await (const { metadata, status } of versionsOf<Quota>(kinds.resourceQuota, signal))
      if (metadata.namespace === namespace && metadata.name === 'tight') used.push(Number(status?.used?.pods ?? 0));
  }

  it('has two workloads roll one after the other, and neither fails while the room is taken', async () => {
    const first = await liveWorkload('first');
    const source = { kind: 'image', image: image('a1') };
    const app = await clustered.ask<App>('owner', 'POST', '/v1/apps', {
      ...{ projectId: first.projectId, slug: 'other', source },
    });
    const second = await clustered.ask<Workload>('owner', 'POST', '/v1/workloads', {
      ...{ appId: app.id, environmentId: first.environmentId },
    });
    await clustered.deployLive(second, 'a1');
    const namespace = await namespaceOf(first);
    const used: number[] = [];
    const following = followQuota(namespace, used, stop.signal);
    // Somebody has the room that there is.
    await cluster.administrator.apply(pod(namespace) as KubeObject, never);
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tight', namespace } };
    await cluster.administrator.apply({ ...quota, spec: { hard: { pods: '3' } } } as KubeObject, never);
    await eventually(() => expect(used.at(-1)).toBe(3), patient);
    const started = await Promise.all([begin(first, 'b2'), begin(second, 'b2')]);
    for (const workload of [first, second])
      await eventually(async () => {
        expect((await now(workload)).conditions).toMatchObject([{ status: 'false', reason: 'QuotaExceeded' }]);
      }, patient);
    for (const each of started) expect(await deployment(each)).toMatchObject({ status: 'rolling', failure: null });
    await cluster.administrator.delete(pod(namespace), never);
    for (const each of started) await ends(each, 'live');
    await Promise.all([runs(first, 'b2'), runs(second, 'b2'), isReady(first), isReady(second)]);
    await eventually(() => expect(used.at(-1)).toBe(2), patient);
    stop.abort();
    await following;
    expect(Math.max(...used)).toBe(3);
  });
});
