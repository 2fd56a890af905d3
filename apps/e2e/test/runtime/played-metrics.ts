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

/** Answers metrics.k8s.io for pods that KWOK plays: each uses 5 millicores and 20 MiB. */
export class PlayedMetrics {
  private readonly stopped = new AbortController();
  private following: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: KubeClient) {}

  async start(): Promise<void> {
    const { signal } = this.stopped;
    await this.client.transport.ask({
      method: 'PATCH',
      path: DEFINITION,
      body: definition,
      contentType: APPLY,
      signal,
    });
    const pods = new Mirror<KubeObject>(this.client, {
      ...{ kind: kinds.pod, clock: new Clock(), selector: OURS, indexBy: () => undefined },
      onChange: (pod) => void this.measure(pod),
    });
    this.following = pods.follow(signal);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.following;
  }

  /** The definition may not be served yet, and the pod may be gone: the next change measures again. */
  private async measure({ metadata: { name, namespace, labels } }: KubeObject): Promise<void> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods/${name}?fieldManager=played&force=true`;
    const usage = { cpu: '5m', memory: '20Mi' };
    const body = {
      ...{ apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name, namespace, labels } },
      containers: [{ name: 'web', usage }],
    };
    const { signal } = this.stopped;
    await this.client.transport.ask({ method: 'PATCH', path, body, contentType: APPLY, signal }).catch(() => undefined);
  }
}
