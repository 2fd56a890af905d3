import type { Clock } from '@berth/service-kit';
import { isConflict } from './api-error.js';
import { type KindName, kinds } from './kinds.js';
import type { KubeClient } from './kube-client.js';
import { keyOf, type KubeObject } from './kube-object.js';
import { names, OURS } from './manifests/labels.js';
import { Mirror } from './mirror.js';
import { isAsStated, ownFieldsOf } from './stated.js';

/** What the platform states itself: these are pruned. */
const stated = [
  ...[
    'configMap',
    'secret',
    'service',
    'deployment',
    'statefulSet',
    'persistentVolumeClaim',
    'networkPolicy',
    'podDisruptionBudget',
    'httpRoute',
    'ingress',
    // After what names it.
    'middleware',
    'job',
    'horizontalPodAutoscaler',
  ],
  ...['namespace', 'serviceAccount', 'limitRange', 'resourceQuota'],
] as const satisfies readonly KindName[];
/** Which no cluster need serve, or let us see. */
const additions: readonly KindName[] = ['middleware', 'priorityClass'];
/** What the cluster makes of it; they carry our labels, too. */
const watched = [
  ...stated,
  'priorityClass',
  'pod',
  'endpointSlice',
  'replicaSet',
] as const satisfies readonly KindName[];

export interface ClusterOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Kinds that the cluster need not serve: nothing of them is there then. */
  readonly optional?: readonly KindName[];
  /** Something of a workload changed. */
  readonly onChange: (workloadId: string) => void;
  /** Anything may have changed. */
  readonly onReplace: () => void;
  readonly watchSeconds?: number;
}

/** Something that is not this workload's has the name: another one that is on its way out, or an object of somebody else. */
export class NameTaken extends Error {
  constructor(object: KubeObject) {
    super(`${object.kind} ${keyOf(object)} belongs to somebody else.`);
    this.name = 'NameTaken';
  }
}

/** All that is ours in one cluster, as a mirror per kind, and the two ways to change it. */
export class Cluster {
  private readonly mirrors = new Map<string, Mirror<KubeObject>>();

  constructor(private readonly options: ClusterOptions) {
    for (const name of watched) this.mirrors.set(kinds[name].kind, this.mirrorOf(name));
  }

  /** Follows every kind until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.mirrors.values()].map((mirror) => mirror.follow(signal)));
  }

  /** Why what is shown may be out of date; null when every mirror is connected. */
  get lost(): Error | null {
    for (const mirror of this.mirrors.values()) if (mirror.lost) return mirror.lost;
    return null;
  }

  /** Resolves when every mirror has been connected, or has failed to, for the first time. */
  async settled(): Promise<void> {
    await Promise.all([...this.mirrors.values()].map((mirror) => mirror.settled));
  }

  /** Whether there is such a kind in the cluster, as far as is known. */
  serves(name: (typeof watched)[number]): boolean {
    return this.mirror(kinds[name].kind).isServed;
  }

  /** Objects of one kind that belong to a workload. */
  of<Item extends KubeObject>(name: (typeof watched)[number], workloadId: string): readonly Item[] {
    return this.mirror(kinds[name].kind).of(workloadId) as readonly Item[];
  }

  /** Every object of a workload, of whatever kind, but those of its tasks. */
  everythingOf(workloadId: string): readonly KubeObject[] {
    return [...this.mirrors.values()].flatMap((mirror) => mirror.of(workloadId)).filter((each) => !isOfTask(each));
  }

  find(object: KubeObject): KubeObject | undefined {
    return this.mirror(object.kind).get(object.metadata.name, object.metadata.namespace);
  }

  /** Whether there is such an object, and it is not on its way out. */
  isThere(object: KubeObject): boolean {
    const found = this.find(object);
    return found !== undefined && !isGoing(found);
  }

  isAsStated(manifest: KubeObject): boolean {
    return isAsStated(this.find(manifest), manifest);
  }

  /**
   * Applies a stamped manifest unless it is already there; answers what is there then. No request when nothing changed.
   * @throws NameTaken, ApiError, ClusterUnreachable
   */
  async ensure(manifest: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    const found = this.find(manifest);
    if (found && isAsStated(found, manifest)) return found;
    if (found && workloadOf(found) !== workloadOf(manifest)) throw new NameTaken(manifest);
    if (found) await this.handOver(found, manifest, signal);
    const applied = await this.options.client
      .apply(manifest, signal, { force: found !== undefined })
      .catch((error: unknown) => {
        throw found === undefined && isConflict(error) ? new NameTaken(manifest) : error;
      });
    this.mirror(manifest.kind).put(applied);
    return applied;
  }

  /**
   * `ensure` for several that do not depend on each other, at once. Returns when the last request has been answered, also
   * when one was refused: nothing of an older statement may arrive after a newer one.
   * @throws what the first of those failed with that failed
   */
  async ensureAll(manifests: readonly KubeObject[], signal: AbortSignal): Promise<void> {
    const answers = await Promise.allSettled(manifests.map((manifest) => this.ensure(manifest, signal)));
    const refused = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (refused) throw refused.reason;
  }

  /** We stated how many replicas there are, and will no more. */
  private async handOver(found: KubeObject, manifest: KubeObject, signal: AbortSignal): Promise<void> {
    const isStated = 'f:replicas' in (ownFieldsOf(found)?.['f:spec'] ?? {});
    if (manifest.kind !== kinds.deployment.kind || !isStated || replicasOf(manifest) !== undefined) return;
    // An autoscaler leaves alone what has none.
    await this.options.client.handOverReplicas(found, Math.max(1, replicasOf(found) ?? 1), signal);
  }

  /** Deletes what was stated for a workload, its tasks apart, and is wanted no longer. `isInUse` spares what something else still needs. */
  async prune(
    workloadId: string,
    wanted: readonly KubeObject[],
    isInUse: (object: KubeObject) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    for (const each of this.surplusOf(workloadId, wanted)) if (!isInUse(each)) await this.delete(each, signal);
  }

  /** What was stated for a workload, its tasks apart, and is wanted no longer. */
  surplusOf(workloadId: string, wanted: readonly KubeObject[]): KubeObject[] {
    const identity = (object: KubeObject) => `${object.kind} ${keyOf(object)}`;
    const kept = new Set(wanted.map(identity));
    const ours = stated.flatMap((name) => this.of(name, workloadId)).filter((each) => !isOfTask(each));
    return ours.filter((each) => !kept.has(identity(each)) && !isGoing(each));
  }

  /** That very object, and what it owns before it. */
  async delete(object: KubeObject, signal: AbortSignal): Promise<void> {
    const { uid } = object.metadata;
    await this.options.client.delete(object, signal, { propagation: 'Foreground', ...(uid && { uid }) });
  }

  private mirrorOf(name: (typeof watched)[number]): Mirror<KubeObject> {
    const { client, clock, onChange, onReplace, optional = [], watchSeconds } = this.options;
    return new Mirror<KubeObject>(client, {
      ...{ kind: kinds[name], clock, selector: OURS, indexBy: workloadOf, trim, onReplace },
      isOptional: [...additions, ...optional].includes(name),
      mayBeHidden: additions.includes(name),
      // Whoever could not be asked about waits longer and longer, and nothing need have changed there.
      onBack: () => void (this.lost === null && onReplace()),
      onChange: (item) => {
        const workloadId = workloadOf(item);
        if (workloadId !== undefined) onChange(workloadId);
      },
      ...(watchSeconds && { watchSeconds }),
    });
  }

  private mirror(kind: string): Mirror<KubeObject> {
    const found = this.mirrors.get(kind);
    if (!found) throw new Error(`Objects of kind ${kind} are not followed.`);
    return found;
  }
}

export const isGoing = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

const replicasOf = (object: KubeObject): number | undefined =>
  (object as KubeObject & { spec?: { replicas?: number } }).spec?.replicas;

const isOfTask = ({ metadata }: KubeObject): boolean => metadata.labels?.[names.task] !== undefined;

const workloadOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[names.workload];

/** Secret values are not kept: their name and hash say enough. */
function trim(object: KubeObject): KubeObject {
  if (object.kind !== kinds.secret.kind) return object;
  const { data: _, ...rest } = object as KubeObject & { data?: object };
  return rest;
}
