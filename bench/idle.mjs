// M3 on Kubernetes: what workloads cost there that nothing happens to. One service on a real control plane with played
// nodes gets more and more of them; at each size, processor time and what it asks of the API server, by that one's count.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './identity/ask.mjs';
import { installAccount } from './kubernetes/account.mjs';
import { withCluster } from './kubernetes/cluster.mjs';
import { callsOf, countCalls } from './kubernetes/counted-calls.mjs';
import { treeCpu } from './reconcile/processor.mjs';
import { check } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { untilTrue } from './support/http.mjs';
import { timesOf } from './support/load.mjs';
import { withFolder } from './support/platform.mjs';
import { createDatabase, withPostgres } from './support/postgres.mjs';
import { atMost, figureRow } from './support/rows.mjs';

export const name = 'idle workloads on Kubernetes';

const SERVICE = new URL('./kubernetes/idle-service.mjs', import.meta.url);
const SIZES = [100, 1_000, 5_000];
const [AT_ONCE, PER_NODE, WINDOW_SECONDS] = [24, 200, 60];
const IMAGE = `registry.example/bench/shop@sha256:${'1'.repeat(64)}`;

export const run = ({ workloads: most = 1_000, rounds }) =>
  withPostgres((postgres) =>
    withCluster({ nodes: Math.max(3, Math.ceil(most / PER_NODE)) }, (cluster) =>
      withChildren((start) =>
        withFolder(async (folder) => {
          await countCalls(cluster.client);
          const kubeconfig = join(folder, 'account.kubeconfig');
          await writeFile(kubeconfig, await installAccount(cluster.client, cluster.access), { mode: 0o600 });
          const url = await createDatabase(postgres.url, 'idle');
          const service = await start(SERVICE, url, kubeconfig, cluster.gatewayUrl);
          const sizes = [0, ...SIZES.filter((size) => size < most), most];
          return rowsOf(await new Idle({ postgres, cluster, service }).grow(sizes, rounds));
        }),
      ),
    ),
  );

class Idle {
  made = 0;

  constructor({ postgres, cluster, service }) {
    Object.assign(this, { postgres, cluster, service });
  }

  /** What was seen at each size, one after the other. */
  async grow(sizes, rounds) {
    const [seen, callsBefore] = [[], await callsOf(this.cluster.access)];
    for (const size of sizes) {
      await this.fill(size);
      seen.push({ size, ...(await this.look(rounds)) });
      console.error(`idle: ${JSON.stringify(seen.at(-1))}`);
    }
    const { writes } = await callsOf(this.cluster.access);
    check(writes - callsBefore.writes >= sizes.at(-1), 'the API server counts what the platform writes');
    return seen;
  }

  async fill(size) {
    const begun = performance.now();
    this.place ??= await this.makePlace();
    await timesOf(size - this.made, AT_ONCE, () => this.deployOne());
    await untilTrue(async () => (await this.service.ask('state')).busy === 0, { within: 600_000, every: 500 });
    await this.service.ask('settle');
    const state = await this.service.ask('state');
    check(state.live === size && state.ended === 0, `${JSON.stringify(state)} of ${size} are live`);
    console.error(`idle: ${size} are live after ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  }

  async look(rounds) {
    const { used, resident } = await this.service.ask('memory');
    const windows = [];
    for (let round = 0; round < rounds; round++) windows.push(await this.window());
    return { used, resident, windows };
  }

  /** Cores, and calls in a minute. */
  async window() {
    const [before, begun] = [await this.counted(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, WINDOW_SECONDS * 1_000));
    const after = await this.counted();
    const seconds = (performance.now() - begun) / 1_000;
    const cores = (name) => (after[name] - before[name]) / 1_000_000 / seconds;
    const calls = Object.keys(after.calls).map((name) => [
      name,
      ((after.calls[name] - before.calls[name]) / seconds) * 60,
    ]);
    return {
      ...{ service: cores('service'), postgres: cores('postgres'), apiServer: cores('apiServer') },
      calls: Object.fromEntries(calls),
    };
  }

  async counted() {
    return {
      calls: await callsOf(this.cluster.access),
      service: await this.service.ask('cpu'),
      postgres: treeCpu(this.postgres.pid),
      apiServer: treeCpu(this.cluster.pids()['kube-apiserver']),
    };
  }

  async makePlace() {
    const { organizationId } = this.service.ready;
    const { id: projectId } = await this.asked('POST', '/v1/projects', { organizationId, slug: 'bench' });
    const body = { projectId, slug: 'production', kind: 'production' };
    return { projectId, environmentId: (await this.asked('POST', '/v1/environments', body)).id };
  }

  async deployOne() {
    const { projectId, environmentId } = this.place;
    const app = { projectId, slug: `app-${++this.made}`, source: { kind: 'image', image: IMAGE } };
    const { id: appId } = await this.asked('POST', '/v1/apps', app);
    const { id } = await this.asked('POST', '/v1/workloads', { appId, environmentId });
    const made = await this.asked('POST', `/v1/workloads/${id}/deployments`, { source: { kind: 'image' } });
    const isLive = async () => {
      const { status, failure } = await this.asked('GET', `/v1/deployments/${made.id}`);
      check(!failure, `a deployment: ${JSON.stringify(failure)}`);
      return status === 'live';
    };
    await untilTrue(isLive, { within: 600_000, every: 250 });
  }

  async asked(method, path, body) {
    const { url, token } = this.service.ready;
    const { status, body: answer } = await ask(url, method, path, { token, body });
    check(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }
}

function rowsOf([empty, ...sizes]) {
  return sizes.flatMap(({ size, used, resident, windows }) => {
    const of = (what, unit, values, goal) =>
      figureRow({ id: 'M3', what: `${size} idle on Kubernetes: ${what}`, unit, values, ...(goal && { goal }) });
    const calls = (kind) => windows.map((window) => window.calls[kind]);
    return [
      of('processor of service and PostgreSQL', 'cores', owns(windows)),
      of('the same beyond none', 'cores', beyond(windows, empty.windows), atMost(0.02)),
      of(
        'processor of the API server',
        'cores',
        windows.map(({ apiServer }) => apiServer),
      ),
      of('memory of each, in use', 'KiB', [(used - empty.used) / size], atMost(100)),
      of('memory of each, resident', 'KiB', [(resident - empty.resident) / size]),
      of('lists a minute', '', calls('lists'), atMost(0)),
      ...['metrics', 'watches', 'writes', 'gets'].map((kind) => of(`${kind} a minute`, '', calls(kind))),
    ];
  });
}

const owns = (windows) => windows.map(({ service, postgres }) => service + postgres);
const beyond = (windows, empty) => owns(windows).map((own) => own - mean(owns(empty)));
const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
