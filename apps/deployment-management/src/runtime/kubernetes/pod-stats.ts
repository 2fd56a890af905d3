import type { InstanceStats, Measurement } from '@berth/contracts/runtime';
import { isNotFound, type KubeClient, labelNames, OURS, processNameIn } from '@berth/kubernetes';
import type { Pod } from './cluster-objects.js';
import { instancesOf, instant, quantity } from './instances.js';

/** What metrics.k8s.io says of a pod. */
export interface PodMetrics {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
}

/** What metrics.k8s.io says of the pods of a workload, by pod name; empty where the cluster has no metrics. */
export async function podMetrics(
  client: KubeClient,
  namespace: string,
  workloadId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PodMetrics>> {
  const items = await listed(client, `namespaces/${namespace}/pods`, `${labelNames.workload}=${workloadId}`, signal);
  return new Map(items.map((each) => [each.metadata.name, each]));
}

/** What metrics.k8s.io says of all pods of ours that are ready, or run a task; `podsOf` answers the pods of a workload. */
export async function measurementsOf(
  client: KubeClient,
  podsOf: (workloadId: string) => readonly Pod[],
  signal: AbortSignal,
): Promise<Measurement[]> {
  const items = await listed(client, 'pods', OURS, signal);
  return items.flatMap((metrics) => {
    const { name, namespace, labels } = metrics.metadata;
    const workloadId = labels?.[labelNames.workload] ?? '';
    const pods = podsOf(workloadId).filter(({ metadata: own }) => own.name === name && own.namespace === namespace);
    return [...instancesOf(pods, () => false), ...pods.filter(isOfTask).map(runOf)].flatMap(
      ({ processType, readySince }) =>
        readySince === null ? [] : [{ workloadId, processType, readySince, ...usedBy(metrics) }],
    );
  });
}

const isOfTask = ({ metadata }: Pod): boolean => metadata.labels?.[labelNames.task] !== undefined;

/** A task counts since its container runs: before, its image is fetched, which nobody measures. */
function runOf({ metadata, status }: Pod): { readonly processType: string; readonly readySince: string | null } {
  const since = status?.containerStatuses?.[0]?.state?.running?.startedAt;
  return { processType: processNameIn(metadata.labels), readySince: since === undefined ? null : instant(since) };
}

async function listed(client: KubeClient, of: string, selector: string, signal: AbortSignal): Promise<PodMetrics[]> {
  const path = `/apis/metrics.k8s.io/v1beta1/${of}?labelSelector=${encodeURIComponent(selector)}`;
  try {
    return (await client.transport.ask<{ items: PodMetrics[] }>({ method: 'GET', path, signal })).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

export type Used = Pick<InstanceStats, 'cpuMillicores' | 'memoryBytes'>;

export function usedBy({ containers }: PodMetrics): Used {
  const sum = (name: 'cpu' | 'memory') => containers.reduce((total, { usage }) => total + quantity(usage[name]), 0);
  return { cpuMillicores: Math.round(sum('cpu') * 1_000), memoryBytes: Math.round(sum('memory')) };
}
