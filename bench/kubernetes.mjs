// M1 and M2: from an accepted deployment until every object of it is at the API server, against kubectl and against a
// program that sends the same patches over connections that stay.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kinds, pathOf } from '@berth/kubernetes';
import { ask } from './identity/ask.mjs';
import { withCluster } from './kubernetes/cluster.mjs';
import { copyOf, copyOfSpace, NAMESPACE, Patching } from './kubernetes/copies.mjs';
import { installKubectl } from './kubernetes/kubectl.mjs';
import { check } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { untilTrue } from './support/http.mjs';
import { treeCpu } from './reconcile/processor.mjs';
import { timesOf } from './support/load.mjs';
import { inPairs } from './support/pairs.mjs';
import { timed, withFolder } from './support/platform.mjs';
import { createDatabase, withPostgres } from './support/postgres.mjs';
import { atMost, ratioRow } from './support/rows.mjs';
import { p50, p99 } from './support/statistics.mjs';

export const name = 'deployments on Kubernetes, until their objects are at the API server';

const SERVICE = new URL('./kubernetes/service.mjs', import.meta.url);
const [ONE_BY_ONE, AT_ONCE, MOST_ROUNDS] = [20, 16, 2];
const SETTLING = { within: 600_000, every: 1_000 };
const IMAGE = `registry.example/bench/shop@sha256:${'1'.repeat(64)}`;

export const run = (options) =>
  withPostgres((postgres) =>
    withCluster({ nodes: nodesFor(options) }, (cluster) =>
      withChildren((start) =>
        withFolder(async (folder) => {
          const url = await createDatabase(postgres.url, 'kubernetes');
          const service = await start(SERVICE, url, cluster.kubeconfig, cluster.gatewayUrl);
          const kubectl = await installKubectl();
          const bench = await Bench.prepare({ service, cluster, kubectl, folder, postgres });
          return [...(await bench.oneByOne(options)), ...(await bench.allAtOnce(options))];
        }),
      ),
    ),
  );

class Bench {
  made = 0;
  copied = 0;

  static async prepare({ service, ...rest }) {
    const bench = Object.assign(new Bench(), { ...rest, service, api: service.ready });
    bench.place = await bench.makePlace();
    bench.hand = new Patching(bench.cluster.access);
    bench.first = await bench.deployFirst();
    await bench.hand.apply(copyOfSpace(bench.first.space, bench.first));
    await bench.checkCopiesRun();
    return bench;
  }

  /** One after the other: what somebody waits for who deploys. */
  async oneByOne(options) {
    const series = async (each) => timesOf(ONE_BY_ONE, 1, each);
    const ours = async () => {
      const workloads = await this.makeWorkloads(ONE_BY_ONE);
      return workloads.reduce(async (all, id) => [...(await all), await this.deploy(id)], Promise.resolve([]));
    };
    const kubectl = () => series(() => this.kubectlApply(this.nextCopy()));
    const hand = () => series(() => this.hand.apply(this.nextCopy()));
    await inPairs({ rounds: 1 }, { ours, base: kubectl });
    const beside = {
      kubectl: await inPairs(options, { ours, base: kubectl }),
      hand: await inPairs(options, { ours, base: hand }),
    };
    const row = { id: 'M1', unit: 'ms' };
    const what = 'accepted until all objects are there';
    return [
      ratioRow({ ...row, what: `${what} / kubectl apply, p50`, goal: atMost(1.5), of: p50, pairs: beside.kubectl }),
      ratioRow({ ...row, what: `${what} / the same patches, p50`, of: p50, pairs: beside.hand }),
      ratioRow({ ...row, what: `${what} / the same patches, p99`, goal: atMost(3), of: p99, pairs: beside.hand }),
    ];
  }

  /** Many in one go: what the platform does when everybody deploys. A side begins when the one before has nothing left to do. */
  async allAtOnce({ workloads: count = 1_000, rounds }) {
    const pairs = await inPairs(
      { rounds: Math.min(rounds, MOST_ROUNDS) },
      {
        ours: () => this.spending('ours', () => this.allOurs(count)),
        base: () => this.spending('by hand', () => this.allByHand(count)),
      },
    );
    const what = `${count} deployments, accepted until applied / the same patches`;
    return [ratioRow({ id: 'M2', what, unit: 's', goal: atMost(1.3), pairs })];
  }

  async allOurs(count) {
    const ids = await this.makeWorkloads(count);
    const begun = performance.now();
    await timesOf(count, AT_ONCE, (number) => this.post(`/v1/workloads/${ids[number]}/deployments`, deployment));
    const accepted = performance.now();
    const last = Math.max(...(await Promise.all(ids.map((id) => this.cluster.arrivals.all(id, this.first.count)))));
    await this.allRun(this.first.namespace);
    await untilTrue(async () => (await this.service.ask('underWay')) === 0, SETTLING);
    const [until, live] = [last, performance.now()].map((at) => ((at - begun) / 1_000).toFixed(1));
    const first = ((accepted - begun) / 1_000).toFixed(1);
    console.error(`kubernetes: ${count} accepted after ${first} s, applied after ${until} s, all live after ${live} s`);
    return (last - begun) / 1_000;
  }

  /** Says of which processes the time was. */
  async spending(side, work) {
    const pids = { ...this.cluster.pids(), service: this.api.pid, postgres: this.postgres.pid };
    const spent = () => Object.entries(pids).map(([name, pid]) => [name, treeCpu(pid) / 1_000_000]);
    const before = new Map(spent());
    const seconds = await work();
    const parts = spent().map(([name, after]) => `${name} ${(after - before.get(name)).toFixed(1)}`);
    console.error(`kubernetes: ${side}, seconds of processor time until all is at rest: ${parts.join(', ')}`);
    return seconds;
  }

  async allByHand(count) {
    const begun = performance.now();
    await timesOf(count, AT_ONCE, () => this.hand.apply(this.nextCopy()));
    const last = performance.now();
    await this.allRun(NAMESPACE);
    return (last - begun) / 1_000;
  }

  /** The control plane has done what was stated in a namespace. */
  async allRun(namespace) {
    const { signal } = new AbortController();
    await untilTrue(async () => {
      for await (const { items } of this.cluster.client.pages(kinds.deployment, signal, { namespace }))
        if (!items.every(({ status }) => status?.readyReplicas > 0)) return false;
      return true;
    }, SETTLING);
  }

  /** Milliseconds from the request until the last object is there. */
  async deploy(workloadId) {
    const begun = performance.now();
    await this.post(`/v1/workloads/${workloadId}/deployments`, deployment);
    return (await this.cluster.arrivals.all(workloadId, this.first.count)) - begun;
  }

  /** Live with proof: what is stated for it is what all others are measured with. */
  async deployFirst() {
    const [workloadId] = await this.makeWorkloads(1);
    const { id } = await this.post(`/v1/workloads/${workloadId}/deployments`, deployment);
    await untilTrue(async () => {
      const { status, failure } = await this.get(`/v1/deployments/${id}`);
      check(!failure, `the first deployment: ${JSON.stringify(failure)}`);
      return status === 'live';
    });
    const { workload: patches, space } = await this.service.ask('patchesOf', workloadId);
    const names = new Set(patches.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    check(names.size === patches.length, `something was stated twice: ${[...names]}`);
    console.error(`kubernetes: a deployment states ${[...names].join(', ')}`);
    const [{ metadata }] = patches;
    return { workloadId, patches, space, count: patches.length, namespace: metadata.namespace, name: 'app-1' };
  }

  /** What is stated by hand comes to run as ours does, so that the control plane has as much to do with it. */
  async checkCopiesRun() {
    const copy = this.nextCopy();
    await this.hand.apply(copy);
    const { metadata } = copy.find(({ kind }) => kind === 'Deployment');
    const path = pathOf(kinds.deployment, metadata.namespace, metadata.name);
    const { signal } = new AbortController();
    await untilTrue(async () => {
      const { status } = await this.cluster.client.transport.ask({ method: 'GET', path, signal });
      return status?.readyReplicas === 1;
    });
  }

  nextCopy() {
    return copyOf(this.first.patches, this.first, ++this.copied);
  }

  async kubectlApply(objects) {
    const file = join(this.folder, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const home = join(this.folder, 'home');
    await mkdir(home, { recursive: true });
    const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: this.cluster.kubeconfig };
    await timed(this.kubectl, ['apply', '--server-side', '-f', file], { env });
  }

  async makePlace() {
    const { id: projectId } = await this.post('/v1/projects', {
      organizationId: this.api.organizationId,
      slug: 'bench',
    });
    const body = { projectId, slug: 'production', kind: 'production' };
    const { id: environmentId } = await this.post('/v1/environments', body);
    return { projectId, environmentId };
  }

  async makeWorkloads(count) {
    const ids = [];
    await timesOf(count, AT_ONCE, async () => {
      const { projectId, environmentId } = this.place;
      const body = { projectId, slug: `app-${++this.made}`, source: { kind: 'image', image: IMAGE } };
      const { id: appId } = await this.post('/v1/apps', body);
      ids.push((await this.post('/v1/workloads', { appId, environmentId })).id);
    });
    return ids;
  }

  post(path, body) {
    return this.answered('POST', path, body);
  }

  get(path) {
    return this.answered('GET', path);
  }

  async answered(method, path, body) {
    const { url, token } = this.api;
    const { status, body: answer } = await ask(url, method, path, { token, body });
    check(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }
}

/** Each has room for 256 such workloads; there are as many by hand, and some more. */
const nodesFor = ({ workloads = 1_000, rounds }) => 3 + Math.ceil((2 * MOST_ROUNDS * workloads + 80 * rounds) / 200);

const deployment = { source: { kind: 'image' } };
