// A control plane with played nodes, what a gateway's controller says, and when objects of a workload came to be.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { KubeClient, kinds, Mirror, pathOf, readKubeconfig, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { startKube } from '../../tools/kube/kube.mjs';
import { listening } from '../support/child.mjs';

/** What controllers make of it does not count. */
const WATCHED = Object.keys(kinds).filter((name) => !['pod', 'replicaSet', 'endpointSlice'].includes(name));
const WITHIN = 300_000;
/** What the platform stated and what was stated by hand: who looks on, and who plays the gateway, has as much to do with both. */
const BOTH = 'app.kubernetes.io/managed-by in (berth,hand)';
const workloadOf = ({ metadata: { labels } }) => labels?.['berth.dev/workload'] ?? labels?.['by-hand.example/workload'];

/** Runs `work` with `{ access, client, kubeconfig, gatewayUrl, arrivals, pids }`; all of it is ended when it returns or throws. */
export async function withCluster({ nodes }, work) {
  const plane = await startKube({ nodes });
  const access = readKubeconfig(readFileSync(plane.kubeconfig, 'utf8'));
  const client = new KubeClient(new Transport(access, new Clock()));
  const stopped = new AbortController();
  const gateway = createServer((_request, response) => response.end());
  const arrivals = new Arrivals();
  const following = follow(client, arrivals, stopped.signal);
  try {
    const gatewayUrl = `http://127.0.0.1:${await listening(gateway)}`;
    const { kubeconfig, pids } = plane;
    return await work({ access, client, kubeconfig, gatewayUrl, arrivals, pids });
  } finally {
    stopped.abort();
    await following;
    gateway.closeAllConnections();
    gateway.close();
    client.transport.close();
    await plane.stop();
  }
}

/** When the last object of each workload came, on the clock of `performance.now()`. */
class Arrivals {
  seen = new Map();
  waiting = new Map();

  came({ kind, metadata }) {
    const workloadId = workloadOf({ metadata });
    if (workloadId === undefined) return;
    const objects = this.seen.get(workloadId) ?? new Map();
    this.seen.set(workloadId, objects);
    const name = `${kind} ${metadata.name}`;
    if (!objects.has(name)) objects.set(name, performance.now());
    const waiting = this.waiting.get(workloadId);
    if (waiting && objects.size >= waiting.count) waiting.resolve(Math.max(...objects.values()));
  }

  /** Resolves with the moment at which so many objects of the workload were there. */
  all(workloadId, count) {
    const objects = this.seen.get(workloadId);
    if (objects?.size >= count) return Promise.resolve(Math.max(...objects.values()));
    return new Promise((resolve, reject) => {
      this.waiting.set(workloadId, { count, resolve });
      const missing = () =>
        reject(new Error(`Of ${count} objects came ${[...(this.seen.get(workloadId)?.keys() ?? [])]}.`));
      setTimeout(missing, WITHIN).unref();
    });
  }
}

function follow(client, arrivals, signal) {
  const mirrors = WATCHED.map((name) => {
    const onChange = (item) => {
      arrivals.came({ ...item, kind: kinds[name].kind });
      if (name === 'httpRoute')
        void accept(client, item, signal).catch((error) => signal.aborted || console.error(error));
    };
    return new Mirror(client, { kind: kinds[name], clock: new Clock(), selector: BOTH, indexBy: workloadOf, onChange });
  });
  return Promise.all(mirrors.map((mirror) => mirror.follow(signal)));
}

/** What a gateway's controller does with a route that it takes. */
async function accept(client, { metadata, spec, status }, signal) {
  const { generation: observedGeneration, namespace, name } = metadata;
  if (status?.parents?.[0]?.conditions[0]?.observedGeneration === observedGeneration) return;
  const condition = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '', observedGeneration };
  const conditions = [{ ...condition, lastTransitionTime: new Date().toISOString() }];
  const parents = spec.parentRefs.map((parentRef) => ({ parentRef, controllerName: 'berth.dev/bench', conditions }));
  const path = `${pathOf(kinds.httpRoute, namespace, name)}/status?fieldManager=bench`;
  const contentType = 'application/merge-patch+json';
  await client.transport.ask({ method: 'PATCH', path, body: { status: { parents } }, contentType, signal });
}
