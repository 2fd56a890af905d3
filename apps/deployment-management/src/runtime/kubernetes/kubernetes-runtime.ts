import type { Duplex } from 'node:stream';
import type {
  DesiredTask,
  DesiredWorkload,
  ExecRequest,
  InstanceStats,
  InstanceTraffic,
  LogLine,
  LogQuery,
  Measurement,
  ObservedTask,
  ObservedWorkload,
} from '@berth/contracts/runtime';
import {
  ApiError,
  Cluster,
  type ClusterAccess,
  type ClusterSettings,
  ClusterUnreachable,
  isRefused,
  KubeClient,
  NameTaken,
  noMiddlewares,
  serverVersion,
  Transport,
  protectionRefusal,
} from '@berth/kubernetes';
import type { Clock } from '@berth/service-kit';
import { ChangeFeed } from '../memory/change-feed.js';
import type { InstanceName } from '../session-runtime.js';
import { probeRoute } from '../process/probe-route.js';
import type { Prometheus } from '../prometheus/prometheus.js';
import {
  type CanarySupport,
  type ProbeAnswer,
  type Runtime,
  type RuntimeChange,
  RuntimeRefused,
  RuntimeUnavailable,
} from '../runtime.js';
import type { Pod } from './cluster-objects.js';
import type { Space, SpaceRemains } from '../space-runtime.js';
import type { StorageClass } from '../volume-runtime.js';
import { storageClassesOf } from './storage-classes.js';
import { endNamespace } from './namespace-end.js';
import { KubernetesSessions } from './kubernetes-sessions.js';
import { KubernetesTasks } from './kubernetes-tasks.js';
import { KubernetesWorkloads } from './kubernetes-workloads.js';
import { isGround, triedPatches } from './patch-trial.js';
import { podLogs } from './pod-logs.js';
import { KubernetesStats } from './kubernetes-stats.js';
import { measurementsOf } from './pod-stats.js';
import { Priorities } from './priorities.js';
import { ServingChanges } from './serving-changes.js';

const CALL_MILLISECONDS = 30_000;
const CONNECT_MILLISECONDS = 10_000;

/** What one must know of a cluster to run workloads on it. */
export interface ClusterSetup {
  readonly access: ClusterAccess;
  /** The version is asked for. */
  readonly settings: Omit<ClusterSettings, 'minor'>;
  /** Where the cluster's gateway answers, to prove that a route does. */
  readonly gatewayUrl: string;
  /** Who is asked first what instances use. */
  readonly prometheus?: Prometheus;
}

export interface KubernetesRuntimeOptions extends Omit<ClusterSetup, 'access'> {
  readonly client: KubeClient;
  readonly clock: Clock;
}

export const kubernetesRuntime = ({ access, ...setup }: ClusterSetup, clock: Clock): KubernetesRuntime =>
  new KubernetesRuntime({ ...setup, client: new KubeClient(new Transport(access, clock)), clock });

/**
 * Workloads on one Kubernetes cluster. Reads are answered from mirrors, so that a look at a workload that nothing happened
 * to asks the cluster nothing; what is written is what is not there as it should be.
 */
export class KubernetesRuntime implements Runtime {
  readonly artifactKinds = ['image'] as const;
  readonly autoscales = true;
  readonly patches = true;
  readonly volumeKinds = ['single', 'per-instance'] as const;
  private readonly cluster: Cluster;
  private readonly tasks: KubernetesTasks;
  private readonly sessions: KubernetesSessions;
  private readonly measured: KubernetesStats;
  private readonly feed = new ChangeFeed();
  private readonly closed = new AbortController();
  private readonly workloads: KubernetesWorkloads;
  private readonly following: Promise<void>;
  private readonly settled: Promise<void>;
  /** Null until the cluster has said which version it is, which it is asked once. */
  private minor: number | null = null;

  constructor(private readonly options: KubernetesRuntimeOptions) {
    const { client, clock, settings } = options;
    this.cluster = new Cluster({
      ...{ client, clock, onReplace: () => this.feed.push({ resync: true }) },
      // Another door is known: the Gateway API may be missing.
      optional: settings.ingressClass === undefined ? [] : ['httpRoute'],
      onChange: (workloadId) => this.feed.push({ workloadId }),
    });
    const priorities = new Priorities(this.cluster);
    const changes = new ServingChanges(() => clock.now());
    this.workloads = new KubernetesWorkloads(this.cluster, () => this.settings, changes, priorities);
    this.tasks = new KubernetesTasks(client, this.cluster, () => this.settings, priorities);
    this.sessions = new KubernetesSessions(client, this.cluster);
    this.measured = new KubernetesStats(client, this.cluster, { clock, prometheus: options.prometheus });
    this.following = this.cluster.follow(this.closed.signal);
    this.settled = this.cluster.settled();
  }

  /** An Ingress has no weights, but leads elsewhere at once; what a gateway answers is counted by nobody. As far as is known. */
  get canaries(): CanarySupport {
    const { ingressClass } = this.options.settings;
    return ingressClass !== undefined && !this.cluster.serves('httpRoute') ? 'whole' : 'uncounted';
  }

  async close(): Promise<void> {
    this.closed.abort();
    await this.following;
    this.options.client.transport.close();
  }

  async apply(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    // What holds already is not asked for: only what is written could lead past it.
    const isOpen = desired.protection !== undefined && !this.workloads.isClosed(desired);
    const refusal = isOpen ? await this.refusalOfProtection(signal) : null;
    if (refusal !== null) throw new RuntimeRefused(`Nobody can be kept out: ${refusal}`);
    await this.asking(signal, (bounded) => this.workloads.apply(desired, bounded));
  }

  async makeSpace(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    await this.asking(signal, (bounded) => this.workloads.ensureWalls(desired, bounded));
  }

  async refusalOfPatches(desired: DesiredWorkload, signal: AbortSignal): Promise<string | null> {
    await this.connected(signal);
    const { client } = this.options;
    const ground = this.workloads.wallsOf(desired).filter(isGround);
    if (!ground.every((each) => this.cluster.isThere(each))) return null;
    return this.asking(signal, (bounded) => triedPatches(client, desired, this.settings, bounded));
  }

  /** Neither the Gateway API nor an Ingress says who may come in: Traefik has a kind of its own for that. */
  async refusalOfProtection(signal: AbortSignal): Promise<string | null> {
    await this.connected(signal);
    if (!this.cluster.serves('middleware')) return noMiddlewares;
    return this.asking(signal, (bounded) => protectionRefusal(this.options.client, this.settings, bounded));
  }

  async observe(workloadId: string, signal: AbortSignal): Promise<ObservedWorkload | null> {
    await this.connected(signal);
    return this.workloads.observe(workloadId);
  }

  async remove(workloadId: string, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    const known = this.workloads.known(workloadId);
    // Everything else is owned by it, and goes before it.
    if (known) await this.asking(signal, (bounded) => this.cluster.delete(known.record, bounded));
  }

  async endSpace(space: Space, signal: AbortSignal): Promise<SpaceRemains | null> {
    await this.connected(signal);
    return this.asking(signal, (bounded) => endNamespace(this.cluster, space, bounded));
  }

  async storageClasses(signal: AbortSignal): Promise<StorageClass[]> {
    return this.asking(signal, (bounded) => storageClassesOf(this.options.client, bounded));
  }

  async *changes(signal: AbortSignal): AsyncIterable<RuntimeChange> {
    await this.connected(signal);
    yield { resync: true };
    yield* this.feed.read(AbortSignal.any([signal, this.closed.signal]));
  }

  async *logs(workloadId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine> {
    await this.connected(signal);
    try {
      yield* podLogs(this.options.client, this.cluster.of<Pod>('pod', workloadId), query, signal);
    } catch (error) {
      throw asRuntimeError(error);
    }
  }

  traffic(): Promise<InstanceTraffic[]> {
    return Promise.resolve([]);
  }

  async stats(workloadId: string, signal: AbortSignal): Promise<InstanceStats[]> {
    const observed = await this.observe(workloadId, signal);
    return observed ? this.asking(signal, (bounded) => this.measured.of(observed, bounded)) : [];
  }

  async measure(signal: AbortSignal): Promise<Measurement[]> {
    await this.connected(signal);
    const podsOf = (workloadId: string) => this.cluster.of<Pod>('pod', workloadId);
    return this.asking(signal, (bounded) => measurementsOf(this.options.client, podsOf, bounded));
  }

  /** Requests pass through the cluster's own gateway, which is whatever the cluster has: nothing of ours counts there. */
  egress(): Promise<null> {
    return Promise.resolve(null);
  }

  async acceptEgress(): Promise<void> {
    // Nothing is counted.
  }

  async startTask(task: DesiredTask, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    await this.asking(signal, (bounded) => this.tasks.start(task, bounded));
  }

  async observeTask(workloadId: string, taskId: string, signal: AbortSignal): Promise<ObservedTask | null> {
    await this.connected(signal);
    return this.asking(signal, (bounded) => this.tasks.observe(workloadId, taskId, bounded));
  }

  async endTask(workloadId: string, taskId: string, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    await this.asking(signal, (bounded) => this.tasks.end(workloadId, taskId, bounded));
  }

  async exec(name: InstanceName, request: ExecRequest, signal: AbortSignal): Promise<Duplex> {
    await this.connected(signal);
    return this.asking(signal, (bounded) => this.sessions.exec(name, request, bounded));
  }

  async forward(name: InstanceName, port: number | null, signal: AbortSignal): Promise<Duplex> {
    await this.connected(signal);
    return this.asking(signal, (bounded) => this.sessions.forward(name, port, bounded));
  }

  probe(host: string, path: string, signal: AbortSignal): Promise<ProbeAnswer> {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MILLISECONDS)]);
    return probeRoute(this.options.gatewayUrl, host, path, bounded);
  }

  private get settings(): ClusterSettings {
    if (this.minor === null) throw new Error('The cluster was not asked for its version.');
    const { ingressClass, ...settings } = this.options.settings;
    const isIngress = ingressClass !== undefined && !this.cluster.serves('httpRoute');
    return { ...settings, minor: this.minor, ...(isIngress && { ingressClass }) };
  }

  /** Waits for the first full look at the cluster; after that, says at once when it cannot be relied on. */
  private async connected(signal: AbortSignal): Promise<void> {
    if (this.cluster.lost)
      await Promise.race([this.settled, aborted(AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MILLISECONDS)]))]);
    const { lost } = this.cluster;
    if (lost) throw new RuntimeUnavailable(`The cluster cannot be followed: ${lost.message}`, { cause: lost });
    const { client } = this.options;
    this.minor ??= (await this.asking(signal, (bounded) => serverVersion(client, bounded))).minor;
  }

  private async asking<Answer>(signal: AbortSignal, ask: (bounded: AbortSignal) => Promise<Answer>): Promise<Answer> {
    try {
      return await ask(AbortSignal.any([signal, AbortSignal.timeout(CALL_MILLISECONDS)]));
    } catch (error) {
      throw asRuntimeError(error);
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** In the words of the port. */
function asRuntimeError(error: unknown): unknown {
  if (isOutage(error)) return new RuntimeUnavailable((error as Error).message, { cause: error });
  return error instanceof ApiError ? new RuntimeRefused(error.message, { cause: error }) : error;
}

/** What is on its way out keeps its name, and its namespace refuses everything, until it is gone; that passes, too. */
const isOutage = (error: unknown): boolean =>
  error instanceof ClusterUnreachable ||
  error instanceof NameTaken ||
  (error instanceof ApiError && (!isRefused(error) || /being terminated/.test(error.message)));
