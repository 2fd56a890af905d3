import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import { type Cluster, KubeClient, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { prometheusAt } from '../prometheus/prometheus-at.js';
import { instanceId } from './instances.js';
import type { Pod, VolumeClaim } from './cluster-objects.js';
import { KubernetesStats } from './kubernetes-stats.js';

const never = new AbortController().signal;
const namespace = 'shop';
const podOf = (name: string): Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid: name } },
  spec: { nodeName: 'node-1', containers: [], volumes: [{ persistentVolumeClaim: { claimName: `data-${name}` } }] },
});
const claimOf = (name: string): VolumeClaim => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  metadata: { name: `data-${name}`, namespace, labels: { 'berth.dev/volume': `v-${name}` } },
  status: { capacity: { storage: '1Ki' } },
});
const names = ['web-1', 'web-2'];
const pods = names.map(podOf);
const objects: Record<string, readonly object[]> = { pod: pods, persistentVolumeClaim: names.map(claimOf) };
const cluster = { of: (kind: string) => objects[kind] ?? [] } as unknown as Cluster;
const observed = {
  workloadId: 'w',
  instances: pods.map((pod) => ({
    ...{ id: instanceId(pod), processType: 'web', release: 1, state: 'ready', cpuMillicores: 100, memoryMib: 1 },
  })) as unknown as ObservedInstance[],
} as unknown as ObservedWorkload;
const said = (figure: string, pod: string, value: string) => ({ metric: { figure, pod }, value: [1, value] });

describe('live statistics of instances on Kubernetes', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let figures: object[];
  let prometheusStatus: number;
  let summary: object | undefined;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/\?.*/, '');
      asked.push(path);
      request.resume();
      const [status, body] = answerTo(path);
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    figures = [];
    prometheusStatus = 200;
    summary = undefined;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answerTo(path: string): [number, object] {
    if (path === '/api/v1/query')
      return [prometheusStatus, { status: 'success', data: { resultType: 'vector', result: figures } }];
    if (path.endsWith('/stats/summary')) return summary ? [200, summary] : [403, {}];
    const items = names.map((name) => ({
      metadata: { name, namespace },
      containers: [{ usage: { cpu: '5m', memory: '6' } }],
    }));
    return [200, { items }];
  }

  const stats = async () => {
    const client = new KubeClient(new Transport({ server: url }, new Clock()));
    const measured = new KubernetesStats(client, cluster, {
      ...{ clock: new Clock(), prometheus: prometheusAt({ url }, true) },
    });
    const found = await measured.of(observed, never);
    client.transport.close();
    return found.map(({ cpuMillicores, memoryBytes, storageBytes, network, volumes, sources }) => ({
      ...{ cpuMillicores, memoryBytes, storageBytes, network, inVolume: volumes[0]?.usedBytes, sources },
    }));
  };
  const metrics = '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods';
  const measured = {
    ...{ cpuMillicores: 5, memoryBytes: 6, storageBytes: null, network: undefined, inVolume: null },
    sources: { usage: 'metrics.k8s.io', storage: null },
  };

  it('are those of Prometheus where it knows a pod, and of metrics.k8s.io for the others', async () => {
    figures = [
      ...[said('cpuMillicores', 'web-1', '40'), said('memoryBytes', 'web-1', '50')],
      ...[said('receivedBytesPerSecond', 'web-1', '3'), said('sentBytesPerSecond', 'web-1', '4')],
      ...[said('ownBytes', 'web-1', '7'), said('cpuMillicores', 'web-2', '99')],
      { metric: { figure: 'claim', persistentvolumeclaim: 'data-web-1' }, value: [1, '8'] },
    ];
    const [first, second] = await stats();
    expect(first).toEqual({
      ...{ cpuMillicores: 40, memoryBytes: 50, storageBytes: 7, inVolume: 8 },
      network: { receivedBytesPerSecond: 3, sentBytesPerSecond: 4 },
      sources: { usage: 'prometheus', storage: 'prometheus', network: 'prometheus' },
    });
    // Processor time alone is not taken from another source than memory.
    expect(second).toMatchObject({ cpuMillicores: 5, memoryBytes: 6, sources: { usage: 'metrics.k8s.io' } });
  });

  it('ask metrics.k8s.io nothing when Prometheus knows all, and take storage of the kubelet where it may be asked', async () => {
    figures = names.flatMap((name) => [said('cpuMillicores', name, '1'), said('memoryBytes', name, '2')]);
    figures.push(said('ownBytes', 'web-1', '7'));
    const pod = { podRef: { uid: 'web-1' }, 'ephemeral-storage': { usedBytes: 11 } };
    summary = { pods: [pod] };
    const [first, second] = await stats();
    expect(first).toMatchObject({ storageBytes: 11, sources: { usage: 'prometheus', storage: 'kubelet' } });
    expect(second).toMatchObject({ storageBytes: null, sources: { usage: 'prometheus', storage: null } });
    expect(asked).not.toContain(metrics);
  });

  it('are those of metrics.k8s.io when Prometheus refuses or is not understood', async () => {
    for (const status of [401, 500]) {
      prometheusStatus = status;
      figures = [{}];
      expect(await stats()).toEqual([measured, measured]);
    }
    expect(asked).toContain(metrics);
  });
});
