import { kinds, type KubeClient, type KubeObject, Mirror, OURS } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';

const DEFINITION =
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/pods.metrics.k8s.io?fieldManager=played&force=true';
const APPLY = 'application/apply-patch+yaml';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'pods.metrics.k8s.io', annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
  spec: {
    ...{ group: 'metrics.k8s.io', scope: 'Namespaced' },
    names: { plural: 'pods', singular: 'pod', kind: 'PodMetrics', listKind: 'PodMetricsList' },
    versions: [
      {
        ...{ name: 'v1beta1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Answers metrics.k8s.io for pods that KWOK plays: each uses 5 millicores and 20 MiB, unless its workload is given a load. */
export class PlayedMetrics {
  private readonly stopped = new AbortController();
  private following: Promise<unknown> = Promise.resolve();

  private readonly pods: Mirror<KubeObject>;
  /** CPU that each pod of a workload uses, where it is not the usual. */
  private readonly loads = new Map<string, string>();

  constructor(private readonly client: KubeClient) {
    this.pods = new Mirror<KubeObject>(client, {
      ...{ kind: kinds.pod, clock: new Clock(), selector: OURS, indexBy: () => 'all' },
      onChange: (pod) => void this.measure(pod),
    });
  }

  /** From now on every pod of the workload uses so much: `90m`. */
  async load(workloadId: string, cpu: string): Promise<void> {
    this.loads.set(workloadId, cpu);
    for (const pod of this.pods.of('all')) await this.measure(pod);
  }

  async start(): Promise<void> {
    const { signal } = this.stopped;
    await this.client.transport.ask({
      method: 'PATCH',
      path: DEFINITION,
      body: definition,
      contentType: APPLY,
      signal,
    });
    this.following = this.pods.follow(signal);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.following;
  }

  /** The definition may not be served yet, and the pod may be gone: the next change measures again. */
  private async measure({ metadata: { name, namespace, labels } }: KubeObject): Promise<void> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods/${name}?fieldManager=played&force=true`;
    const usage = { cpu: this.loads.get(labels?.['berth.dev/workload'] ?? '') ?? '5m', memory: '20Mi' };
    const measured = { timestamp: new Date().toISOString(), window: '15s' };
    const body = {
      ...{ apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name, namespace, labels } },
      ...measured,
      containers: [{ name: 'web', usage }],
    };
    const { signal } = this.stopped;
    await this.client.transport.ask({ method: 'PATCH', path, body, contentType: APPLY, signal }).catch(() => undefined);
  }
}
