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
  configManifests,
  isOfCanary,
  isolationManifests,
  isRefused,
  KubeClient,
  type KubeObject,
  labelNames,
  NameTaken,
  pullManifest,
  serverVersion,
  stamped,
  Transport,
  workloadManifests,
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
  RuntimeUnavailable,
} from '../runtime.js';
import type { Deployment, EndpointSlice, HttpRoute, Ingress, Pod, VolumeClaim } from './cluster-objects.js';
import type { Space, SpaceRemains } from '../space-runtime.js';
import type { StorageClass } from '../volume-runtime.js';
import { storageClassesOf } from './storage-classes.js';
import { endNamespace } from './namespace-end.js';
import { desiredRecord, type KnownWorkload, owned, readDesired } from './desired-record.js';
import { inStages } from './in-stages.js';
import { instant } from './instances.js';
import { KubernetesSessions } from './kubernetes-sessions.js';
import { KubernetesTasks } from './kubernetes-tasks.js';
import { leavingCanary, type Scenery, withLeaving, workedOn } from './leaving-canary.js';
import { ending, observationOf } from './observe.js';
import { spaceQuotaOf } from './space-quota.js';
import { isGround, triedPatches } from './patch-trial.js';
import { podLogs } from './pod-logs.js';
import { KubernetesStats } from './kubernetes-stats.js';
import { measurementsOf } from './pod-stats.js';
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
  private readonly changed: ServingChanges;
  private readonly following: Promise<void>;
  private readonly settled: Promise<void>;
  /** Null until the cluster has said which version it is, which it is asked once. */
  private minor: number | null = null;

  constructor(private readonly options: KubernetesRuntimeOptions) {
    const { client, clock, settings } = options;
    this.changed = new ServingChanges(() => clock.now());
    this.cluster = new Cluster({
      ...{ client, clock, onReplace: () => this.feed.push({ resync: true }) },
      // Another door is known: the Gateway API may be missing.
      optional: settings.ingressClass === undefined ? [] : ['httpRoute'],
      onChange: (workloadId) => this.feed.push({ workloadId }),
    });
    this.tasks = new KubernetesTasks(client, this.cluster, () => this.settings);
    this.sessions = new KubernetesSessions(client, this.cluster);
    this.measured = new KubernetesStats(client, this.cluster, { clock, prometheus: options.prometheus });
    this.following = this.cluster.follow(this.closed.signal);
    this.settled = this.cluster.settled();
  }

  /** An Ingress has no weights; what a gateway answers is counted by nobody. As far as is known of the cluster. */
  get canaries(): CanarySupport {
    const { ingressClass } = this.options.settings;
    return ingressClass !== undefined && !this.cluster.serves('httpRoute') ? 'unsupported' : 'uncounted';
  }

  async close(): Promise<void> {
    this.closed.abort();
    await this.following;
    this.options.client.transport.close();
  }

  async apply(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    const known = this.known(desired.workloadId);
    if ((known?.desired?.generation ?? 0) > desired.generation) return;
    const leaving = leavingCanary(known, desired, this.sceneryOf(desired.workloadId));
    await this.asking(signal, async (bounded) => {
      await this.ensureWalls(desired, bounded);
      const record = await this.cluster.ensure(desiredRecord(desired, leaving), bounded);
      const manifests = this.manifestsOf(withLeaving(desired, leaving));
      const wanted = [...configManifests(desired), ...pullManifest(desired), ...manifests].map((each) =>
        owned(each, record),
      );
      for (const stage of inStages(wanted)) await this.cluster.ensureAll(stage, bounded);
      const isInUse = (object: KubeObject) => this.isMountedConfig(desired.workloadId, object);
      await this.cluster.prune(desired.workloadId, [record, ...wanted], isInUse, bounded);
    });
  }

  async makeSpace(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    await this.asking(signal, (bounded) => this.ensureWalls(desired, bounded));
  }

  async refusalOfPatches(desired: DesiredWorkload, signal: AbortSignal): Promise<string | null> {
    await this.connected(signal);
    const { client } = this.options;
    const ground = this.wallsOf(desired).filter(isGround);
    if (!ground.every((each) => this.cluster.isThere(each))) return null;
    return this.asking(signal, (bounded) => triedPatches(client, desired, this.settings, bounded));
  }

  async observe(workloadId: string, signal: AbortSignal): Promise<ObservedWorkload | null> {
    await this.connected(signal);
    const everything = this.cluster.everythingOf(workloadId);
    if (everything.length === 0) return (this.changed.forget(workloadId), null);
    const known = this.known(workloadId);
    const isLeaving = !known || known.record.metadata.deletionTimestamp !== undefined;
    const objects = this.objectsOf(workloadId);
    const { instances, routes, volumes, trouble, canaryWeight } = observationOf(
      objects,
      known && workedOn(known),
      this.options.settings.gateway,
    );
    const seen = isLeaving ? ending(instances) : instances;
    const since = instant(known?.record.metadata.creationTimestamp);
    return {
      workloadId,
      observedGeneration: known?.desired ? this.generationOf(known.desired, known) : 1,
      // What is on trial keeps the links of the release before open; found live, it is stated anew without them.
      ...(known?.desired?.links?.some(({ isFormer }) => isFormer) && { onTrial: true as const }),
      instances: seen,
      routes: isLeaving ? [] : routes,
      ...(canaryWeight !== undefined && !isLeaving && { canaryWeight }),
      ...(known?.leaving && !isLeaving && { canaryLeaves: true as const }),
      volumes,
      changedAt: this.changed.changedAt(workloadId, seen, since),
      trouble: isLeaving ? null : trouble,
    };
  }

  async remove(workloadId: string, signal: AbortSignal): Promise<void> {
    await this.connected(signal);
    const known = this.known(workloadId);
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
    yield* podLogs(this.options.client, this.cluster.of<Pod>('pod', workloadId), query, signal);
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

  private known(workloadId: string) {
    return readDesired(this.cluster.of('configMap', workloadId));
  }

  private objectsOf(workloadId: string) {
    return {
      pods: this.cluster.of<Pod>('pod', workloadId),
      deployments: this.cluster.of<Deployment>('deployment', workloadId),
      slices: this.cluster.of<EndpointSlice>('endpointSlice', workloadId),
      routes: this.cluster.serves('httpRoute') ? this.cluster.of<HttpRoute>('httpRoute', workloadId) : [],
      ingresses: this.cluster.serves('httpRoute') ? [] : this.cluster.of<Ingress>('ingress', workloadId),
      claims: this.cluster.of<VolumeClaim>('persistentVolumeClaim', workloadId),
    };
  }

  private sceneryOf(workloadId: string): Scenery {
    return { ...this.objectsOf(workloadId), gateway: this.options.settings.gateway };
  }

  /**
   * Lower than what was stated when an object of ours is not as it was stated, or a canary that leaves has to go on leaving:
   * then it is to be stated again.
   */
  private generationOf(desired: DesiredWorkload, known: KnownWorkload): number {
    const { record, leaving } = known;
    const wanted = this.manifestsOf(withLeaving(desired, leaving)).map((each) => owned(each, record));
    const next = leavingCanary(known, desired, this.sceneryOf(desired.workloadId));
    // Somebody died before a canary was taken away.
    const surplus = this.cluster.surplusOf(desired.workloadId, [record, ...wanted]).filter(isOfCanary);
    const isTrue =
      surplus.length === 0 &&
      next?.weight === leaving?.weight &&
      this.hasSecrets(desired) &&
      [...this.wallsOf(desired), ...wanted].every((each) => this.cluster.isAsStated(each));
    return isTrue ? desired.generation : Math.max(1, desired.generation - 1);
  }

  /** What is in them is not known here: the name of a config says it, and a mark at what images are pulled with. */
  private hasSecrets(desired: DesiredWorkload): boolean {
    const secrets = new Map(
      this.cluster.of('secret', desired.workloadId).map(({ metadata }) => [metadata.name, metadata]),
    );
    const pulls = pullManifest(desired).map(({ metadata }) => metadata);
    const isMarked = ({ name, annotations }: KubeObject['metadata']) =>
      secrets.get(name)?.annotations?.[labelNames.registries] === annotations?.[labelNames.registries];
    const configs = configManifests(desired).map(({ metadata }) => metadata.name);
    return (
      configs.every((name) => secrets.has(name)) && pulls.every((each) => secrets.has(each.name) && isMarked(each))
    );
  }

  private async ensureWalls(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    for (const wall of this.wallsOf(desired)) await this.cluster.ensure(wall, signal);
  }

  private wallsOf(desired: DesiredWorkload): KubeObject[] {
    return isolationManifests({ ...desired, quota: spaceQuotaOf(desired), internet: true }, this.settings).map(stamped);
  }

  private manifestsOf = (desired: DesiredWorkload): KubeObject[] => workloadManifests(desired, this.settings);

  private get settings(): ClusterSettings {
    if (this.minor === null) throw new Error('The cluster was not asked for its version.');
    const { ingressClass, ...settings } = this.options.settings;
    const isIngress = ingressClass !== undefined && !this.cluster.serves('httpRoute');
    return { ...settings, minor: this.minor, ...(isIngress && { ingressClass }) };
  }

  /** A config of another release that pods still start from. */
  private isMountedConfig(workloadId: string, object: KubeObject): boolean {
    if (object.kind !== 'Secret') return false;
    const pods = this.cluster.of<Pod>('pod', workloadId);
    const named = pods.flatMap(({ spec }) => spec.containers.flatMap(({ envFrom }) => envFrom ?? []));
    return named.some(({ secretRef }) => secretRef?.name === object.metadata.name);
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
      if (!isOutage(error)) throw error;
      throw new RuntimeUnavailable((error as Error).message, { cause: error });
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What is on its way out keeps its name, and its namespace refuses everything, until it is gone; that passes, too. */
const isOutage = (error: unknown): boolean =>
  error instanceof ClusterUnreachable ||
  error instanceof NameTaken ||
  (error instanceof ApiError && (!isRefused(error) || /being terminated/.test(error.message)));
