import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import {
  type Cluster,
  type ClusterSettings,
  configManifests,
  isOfCanary,
  isolationManifests,
  type KubeObject,
  isUntouched,
  kinds,
  loginsManifest,
  pullManifest,
  stamped,
  withKeptPriority,
  workloadManifests,
} from '@berth/kubernetes';
import type { Deployment, EndpointSlice, HttpRoute, Ingress, Middleware, Pod, VolumeClaim } from './cluster-objects.js';
import { desiredRecord, type KnownWorkload, owned, readDesired } from './desired-record.js';
import { inStages, isDoor } from './in-stages.js';
import { instant } from './instances.js';
import { leavingCanary, type Scenery, withLeaving, workedOn } from './leaving-canary.js';
import { ending, observationOf } from './observe.js';
import type { Priorities } from './priorities.js';
import type { ServingChanges } from './serving-changes.js';
import { Remembered } from './remembered.js';
import { spaceQuotaOf } from './space-quota.js';
import { isOfProtection, protectionsInUse } from './protections-in-use.js';

/** Several times as many as are worked on at once. */
const REMEMBERED = 100;

/** What is stated of workloads, as objects of a cluster, and what these say. The cluster was looked at in full before. */
export class KubernetesWorkloads {
  private readonly stated = new Remembered<DesiredWorkload, KubeObject[]>(REMEMBERED);
  private readonly walls = new Remembered<string, KubeObject[]>(REMEMBERED);

  constructor(
    private readonly cluster: Cluster,
    private readonly settings: () => ClusterSettings,
    private readonly changed: ServingChanges,
    private readonly priorities: Priorities,
  ) {}

  async apply(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    const known = this.known(desired.workloadId);
    if ((known?.desired?.generation ?? 0) > desired.generation) return;
    const leaving = leavingCanary(known, desired, this.sceneryOf(desired.workloadId));
    await this.ensureWalls(desired, signal);
    await this.priorities.ensure(desired, signal);
    const record = await this.cluster.ensure(desiredRecord(desired, leaving), signal);
    const manifests = this.manifestsOf(withLeaving(desired, leaving));
    const secrets = [...configManifests(desired), ...pullManifest(desired), ...loginsManifest(desired)];
    const wanted = [...secrets, ...manifests].map((each) => owned(each, record));
    for (const stage of inStages(wanted)) await this.cluster.ensureAll(stage, signal);
    const inUse = this.protectionsInUse(desired.workloadId);
    const isInUse = (object: KubeObject) =>
      this.isMountedConfig(desired.workloadId, object) || inUse.has(object.metadata.name);
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
      ...(known?.desired && this.keepsFormer(known.desired) && { onTrial: true as const }),
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

  /** Whether its doors are there, and visitors have to pass before them what is stated. */
  isClosed(desired: DesiredWorkload): boolean {
    const known = this.known(desired.workloadId);
    if (!known) return false;
    const stated = this.manifestsOf(desired).filter((each) => isDoor(each) || isOfProtection(each));
    return stated.every((each) => this.cluster.isAsStated(owned(each, known.record)));
  }

  private protectionsInUse(workloadId: string): ReadonlySet<string> {
    const middlewares = this.cluster.of<Middleware>('middleware', workloadId);
    return protectionsInUse(middlewares, this.objectsOf(workloadId), this.settings().gateway);
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
   * Lower than what was stated when an object of ours is not as it was stated, a route is left that is stated no more, or what
   * stood before it, or a canary that leaves has to go on leaving: then it is to be stated again.
   */
  private generationOf(desired: DesiredWorkload, known: KnownWorkload): number {
    const { record, leaving } = known;
    const wanted = this.knownManifests(withLeaving(desired, leaving)).map((each) => owned(each, record));
    const next = leavingCanary(known, desired, this.sceneryOf(desired.workloadId));
    // Somebody died before a canary was taken away, or a route: its host may be somebody else's by then.
    const stated = [record, ...loginsManifest(desired), ...wanted];
    const inUse = this.protectionsInUse(desired.workloadId);
    const surplus = this.cluster
      .surplusOf(desired.workloadId, stated)
      .filter((each) => leadsSomewhere(each) || (isOfProtection(each) && !inUse.has(each.metadata.name)));
    const isTrue =
      surplus.length === 0 &&
      !this.priorities.isMissing(desired) &&
      next?.weight === leaving?.weight &&
      this.hasSecrets(desired) &&
      [...this.wallsOf(desired), ...wanted].every((each) => this.cluster.isAsStated(each));
    return isTrue ? desired.generation : Math.max(1, desired.generation - 1);
  }

  /** Links of the release before stay open while another is on trial, and its config is there while pods start from it: then no more. */
  private keepsFormer(desired: DesiredWorkload): boolean {
    if (desired.links?.some(({ isFormer }) => isFormer)) return true;
    const { workloadId } = desired;
    const left = this.cluster.surplusOf(workloadId, configManifests(desired)).filter(isConfig);
    return left.some((each) => !this.isMountedConfig(workloadId, each));
  }

  /** What is in them is not known here: the name of a config says it, and a mark at what changes in place. */
  private hasSecrets(desired: DesiredWorkload): boolean {
    const secrets = new Map(this.cluster.of('secret', desired.workloadId).map((each) => [each.metadata.name, each]));
    const isMarked = (stated: KubeObject): boolean => {
      const found = secrets.get(stated.metadata.name);
      return found !== undefined && isUntouched(found, stated);
    };
    const marked = [...pullManifest(desired), ...loginsManifest(desired)];
    return configManifests(desired).every(({ metadata }) => secrets.has(metadata.name)) && marked.every(isMarked);
  }

  async ensureWalls(desired: DesiredWorkload, signal: AbortSignal): Promise<void> {
    for (const wall of this.wallsOf(desired)) await this.cluster.ensure(wall, signal);
  }

  wallsOf(desired: DesiredWorkload): KubeObject[] {
    const { organizationId, projectId, environmentId, namespace } = desired;
    const space = { organizationId, projectId, environmentId, namespace, quota: spaceQuotaOf(desired), internet: true };
    const settings = this.settings();
    const given = JSON.stringify([space, settings]);
    return this.walls.of(namespace, given, () => isolationManifests(space, settings).map(stamped));
  }

  private manifestsOf(desired: DesiredWorkload): KubeObject[] {
    return this.kept(workloadManifests(desired, this.settingsOf(desired)));
  }

  /** As `manifestsOf`, of what was read in a record: that holds no secrets, which must not be remembered. */
  private knownManifests(desired: DesiredWorkload): KubeObject[] {
    const settings = this.settingsOf(desired);
    return this.kept(this.stated.of(desired, JSON.stringify(settings), () => workloadManifests(desired, settings)));
  }

  private settingsOf(desired: DesiredWorkload) {
    return { ...this.settings(), hasPriorities: this.priorities.isThere(desired) };
  }

  private kept(manifests: readonly KubeObject[]): KubeObject[] {
    return manifests.map((each) => withKeptPriority(each, this.cluster.find(each)));
  }

  /** A config or the files of another release that pods still start from. */
  private isMountedConfig(workloadId: string, object: KubeObject): boolean {
    if (object.kind !== 'Secret') return false;
    const pods = this.cluster.of<Pod>('pod', workloadId);
    const named = pods.flatMap(({ spec }) => [
      ...spec.containers.flatMap(({ envFrom = [] }) => envFrom.map(({ secretRef }) => secretRef?.name)),
      ...(spec.volumes ?? []).map(({ secret }) => secret?.secretName),
    ]);
    return named.includes(object.metadata.name);
  }
}

/** What else is secret changes in place. */
const isConfig = (object: KubeObject & { readonly immutable?: boolean }): boolean =>
  object.kind === kinds.secret.kind && object.immutable === true;
const leadsSomewhere = (object: KubeObject): boolean => isOfCanary(object) || isDoor(object);
