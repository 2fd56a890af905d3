import type { InstanceStats, ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import type { Cluster, KubeClient } from '@berth/kubernetes';
import type { Clock } from '@berth/service-kit';
import type { Figures, PodFigures } from '../prometheus/pod-figures.js';
import { PodFiguresSource } from '../prometheus/pod-figures-source.js';
import type { Prometheus } from '../prometheus/prometheus.js';
import type { Pod, VolumeClaim } from './cluster-objects.js';
import { instanceId } from './instances.js';
import { NodeSummaries } from './node-summaries.js';
import { type PodMetrics, podMetrics, type Used, usedBy } from './pod-stats.js';
import { type SaidStorage, storageStats } from './storage-stats.js';

/** What is in use, and who said so. */
type Usage = Used & { readonly source: InstanceStats['sources']['usage'] };

/**
 * Live statistics of instances: of Prometheus where the cluster has one and it knows the pod, else of metrics.k8s.io; storage
 * of the kubelets where they may be asked, else of Prometheus.
 */
export class KubernetesStats {
  private readonly nodes: NodeSummaries;
  private readonly prometheus: PodFiguresSource | undefined;

  constructor(
    private readonly client: KubeClient,
    private readonly cluster: Cluster,
    { clock, prometheus }: { readonly clock: Clock; readonly prometheus?: Prometheus | undefined },
  ) {
    this.nodes = new NodeSummaries(client, clock);
    this.prometheus = prometheus && new PodFiguresSource(prometheus, clock);
  }

  async of({ workloadId, instances }: ObservedWorkload, signal: AbortSignal): Promise<InstanceStats[]> {
    const pods = this.cluster.of<Pod>('pod', workloadId);
    const namespace = pods[0]?.metadata.namespace;
    if (namespace === undefined) return [];
    const claims = this.cluster.of<VolumeClaim>('persistentVolumeClaim', workloadId);
    const figures = await this.figuresOf(namespace, pods, claims, signal);
    const isKnown = pods.every(({ metadata }) => usageSaid(figures?.pods.get(metadata.name)));
    const metrics = isKnown ? new Map() : await podMetrics(this.client, namespace, workloadId, signal);
    const measured = pods.map(async (pod) => {
      const instance = instances.find(({ id }) => id === instanceId(pod));
      const said = figures?.pods.get(pod.metadata.name);
      const usage = usageSaid(said) ?? usageMeasured(metrics.get(pod.metadata.name));
      if (!instance || !usage) return [];
      const storage = storageStats(pod, claims, (await this.storageOf(pod)) ?? storageSaid(pod, figures, said));
      const { source, ...used } = usage;
      const network = networkSaid(said);
      return [
        {
          ...identityOf(instance),
          ...{ ...used, storageBytes: storage.ownBytes, volumes: [...storage.volumes], ...(network && { network }) },
          sources: { usage: source, storage: storage.source, ...(network && { network: 'prometheus' as const }) },
          ...limitsOf(instance),
        },
      ];
    });
    return (await Promise.all(measured)).flat();
  }

  private async figuresOf(
    namespace: string,
    pods: readonly Pod[],
    claims: readonly VolumeClaim[],
    signal: AbortSignal,
  ): Promise<Figures | undefined> {
    const namesOf = (objects: readonly (Pod | VolumeClaim)[]) => objects.map(({ metadata }) => metadata.name);
    return this.prometheus?.of(namespace, namesOf(pods), namesOf(claims), signal);
  }

  private async storageOf({ spec, metadata }: Pod): Promise<SaidStorage | null> {
    const said = spec.nodeName === undefined ? null : await this.nodes.of(spec.nodeName);
    const found = said?.get(metadata.uid ?? '');
    return found ? { ...found, source: 'kubelet' } : null;
  }
}

function usageSaid(said: PodFigures | undefined): Usage | undefined {
  if (said?.cpuMillicores === undefined || said.memoryBytes === undefined) return undefined;
  return { cpuMillicores: said.cpuMillicores, memoryBytes: said.memoryBytes, source: 'prometheus' };
}

const usageMeasured = (metrics: PodMetrics | undefined): Usage | undefined =>
  metrics && { ...usedBy(metrics), source: 'metrics.k8s.io' };

function networkSaid(said: PodFigures | undefined): InstanceStats['network'] {
  if (said?.receivedBytesPerSecond === undefined || said.sentBytesPerSecond === undefined) return undefined;
  return { receivedBytesPerSecond: said.receivedBytesPerSecond, sentBytesPerSecond: said.sentBytesPerSecond };
}

/** Null: it knows nothing of what this pod holds. */
function storageSaid({ spec }: Pod, figures: Figures | undefined, said: PodFigures | undefined): SaidStorage | null {
  const claims = figures?.claims ?? new Map<string, number>();
  const isClaimKnown = spec.volumes?.some((each) => claims.has(each.persistentVolumeClaim?.claimName ?? ''));
  if (said?.ownBytes === undefined && !isClaimKnown) return null;
  return { ownBytes: said?.ownBytes ?? null, claims, source: 'prometheus' };
}

const identityOf = ({ id, processType, release, state }: ObservedInstance) => ({
  ...{ instance: id, process: processType, release, state },
});

const limitsOf = ({ cpuMillicores, memoryMib }: ObservedInstance) => ({
  cpuLimitMillicores: cpuMillicores,
  memoryLimitBytes: memoryMib * 1_048_576,
});
