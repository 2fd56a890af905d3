import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import {
  type Cluster,
  type ClusterSettings,
  configManifests,
  isOfCanary,
  isolationManifests,
  type KubeObject,
  kinds,
  labelNames,
  pullManifest,
  stamped,
  workloadManifests,
} from '@berth/kubernetes';
import type { Deployment, EndpointSlice, HttpRoute, Ingress, Pod, VolumeClaim } from './cluster-objects.js';
import { desiredRecord, type KnownWorkload, owned, readDesired } from './desired-record.js';
import { inStages } from './in-stages.js';
import { instant } from './instances.js';
import { leavingCanary, type Scenery, withLeaving, workedOn } from './leaving-canary.js';
import { ending, observationOf } from './observe.js';
import type { ServingChanges } from './serving-changes.js';
import { spaceQuotaOf } from './space-quota.js';

/** What is stated of workloads, as objects of a cluster, and what these say. The cluster was looked at in full before. */
export class KubernetesWorkloads {
  constructor(
    private readonly cluster: Cluster,
    private readonly settings: () => ClusterSettings,
    private readonly changed: ServingChanges,
  ) {}

  async apply(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    const known = this.known(desired.workloadId);
    if ((known?.desired?.generation ?? 0) > desired.generation) return;
    const leaving = leavingCanary(known, desired, this.sceneryOf(desired.workloadId));
    await this.ensureWalls(desired, signal);
    const record = await this.cluster.ensure(desiredRecord(desired, leaving), signal);
    const manifests = this.manifestsOf(withLeaving(desired, leaving));
    const wanted = [...configManifests(desired), ...pullManifest(desired), ...manifests].map((each) =>
      owned(each, record),
    );
    for (const stage of inStages(wanted)) await this.cluster.ensureAll(stage, signal);
    const isInUse = (object: KubeObject) => this.isMountedConfig(desired.workloadId, object);
    await this.cluster.prune(desired.workloadId, [record, ...wanted], isInUse, signal);
  }

  observe(workloadId: string): ObservedWorkload | null {
    const everything = this.cluster.everythingOf(workloadId);
    if (everything.length === 0) return (this.changed.forget(workloadId), null);
    const known = this.known(workloadId);
    const isLeaving = !known || known.record.metadata.deletionTimestamp !== undefined;
    const objects = this.objectsOf(workloadId);
    const { instances, routes, volumes, trouble, canaryWeight } = observationOf(
      objects,
      known && workedOn(known),
      this.settings().gateway,
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

  known(workloadId: string): KnownWorkload | null {
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
    return { ...this.objectsOf(workloadId), gateway: this.settings().gateway };
  }

  /**
   * Lower than what was stated when an object of ours is not as it was stated, a route is left that is stated no more, or a
   * canary that leaves has to go on leaving: then it is to be stated again.
   */
  private generationOf(desired: DesiredWorkload, known: KnownWorkload): number {
    const { record, leaving } = known;
    const wanted = this.manifestsOf(withLeaving(desired, leaving)).map((each) => owned(each, record));
    const next = leavingCanary(known, desired, this.sceneryOf(desired.workloadId));
    // Somebody died before a canary was taken away, or a route: its host may be somebody else's by then.
    const surplus = this.cluster.surplusOf(desired.workloadId, [record, ...wanted]).filter(leadsSomewhere);
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

  async ensureWalls(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    for (const wall of this.wallsOf(desired)) await this.cluster.ensure(wall, signal);
  }

  wallsOf(desired: DesiredWorkload): KubeObject[] {
    return isolationManifests({ ...desired, quota: spaceQuotaOf(desired), internet: true }, this.settings()).map(
      stamped,
    );
  }

  private manifestsOf = (desired: DesiredWorkload): KubeObject[] => workloadManifests(desired, this.settings());

  /** A config of another release that pods still start from. */
  private isMountedConfig(workloadId: string, object: KubeObject): boolean {
    if (object.kind !== 'Secret') return false;
    const pods = this.cluster.of<Pod>('pod', workloadId);
    const named = pods.flatMap(({ spec }) => spec.containers.flatMap(({ envFrom }) => envFrom ?? []));
    return named.some(({ secretRef }) => secretRef?.name === object.metadata.name);
  }
}

const leadsSomewhere = (object: KubeObject): boolean =>
  isOfCanary(object) || object.kind === kinds.httpRoute.kind || object.kind === kinds.ingress.kind;
