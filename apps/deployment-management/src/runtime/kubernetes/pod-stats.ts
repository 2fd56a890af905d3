import type { InstanceStats, ObservedInstance } from '@berth/contracts/runtime';
import { isNotFound, type KubeClient, labelNames } from '@berth/kubernetes';
import { quantity } from './instances.js';

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
}

/** What metrics.k8s.io says of the pods of a workload, by pod name; empty where the cluster has no metrics. */
export async function podMetrics(
  client: KubeClient,
  namespace: string,
  workloadId: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PodMetrics>> {
  const selector = encodeURIComponent(`${labelNames.workload}=${workloadId}`);
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  try {
    const { items } = await client.transport.ask<{ items: PodMetrics[] }>({ method: 'GET', path, signal });
    return new Map(items.map((each) => [each.metadata.name, each]));
  } catch (error) {
    if (isNotFound(error)) return new Map();
    throw error;
  }
}

export function statsOf(instance: ObservedInstance, { containers }: PodMetrics): InstanceStats {
  const sum = (name: 'cpu' | 'memory') => containers.reduce((total, { usage }) => total + quantity(usage[name]), 0);
  return {
    ...{ instance: instance.id, process: instance.processType, release: instance.release, state: instance.state },
    ...{ cpuMillicores: Math.round(sum('cpu') * 1_000), memoryBytes: Math.round(sum('memory')) },
    // metrics.k8s.io knows nothing of storage.
    storageBytes: 0,
    cpuLimitMillicores: instance.cpuMillicores,
    memoryLimitBytes: instance.memoryMib * 1_048_576,
  };
}
