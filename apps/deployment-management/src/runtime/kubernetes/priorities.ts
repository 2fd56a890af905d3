import type { EnvironmentKind } from '@berth/contracts/deployment';
import type { DesiredTask, DesiredWorkload } from '@berth/contracts/runtime';
import {
  ApiError,
  type Cluster,
  isRefused,
  type KubeObject,
  NameTaken,
  priorityClass,
  stamped,
} from '@berth/kubernetes';

type Placed = Pick<DesiredWorkload | DesiredTask, 'environmentKind'>;

/** Classes of pods, one for each kind of environments, made when the first pod needs it. Whoever may not make them goes without. */
export class Priorities {
  private readonly classes = new Map<EnvironmentKind, KubeObject>();
  /** Those that could not be made when that was tried last. */
  private readonly refused = new Set<EnvironmentKind>();

  constructor(private readonly cluster: Cluster) {}

  /** @throws ApiError that is no refusal, ClusterUnreachable */
  async ensure({ environmentKind: kind }: Placed, signal: AbortSignal): Promise<void> {
    if (!kind || !this.cluster.serves('priorityClass')) return;
    try {
      await this.cluster.ensure(this.classOf(kind), signal);
      this.refused.delete(kind);
    } catch (error) {
      // Clusters without it run everything as well; a look at the cluster says what is the matter.
      if (!(error instanceof NameTaken || (error instanceof ApiError && isRefused(error)))) throw error;
      this.refused.add(kind);
    }
  }

  /** Whether pods can name it: admission refuses those that name what is not there. */
  isThere({ environmentKind: kind }: Placed): boolean {
    if (!kind || !this.cluster.serves('priorityClass')) return false;
    return this.cluster.isAsStated(this.classOf(kind));
  }

  /** Whether it is to be made: pods that name it could not be replaced meanwhile. */
  isMissing({ environmentKind: kind }: Placed): boolean {
    if (!kind || this.refused.has(kind) || !this.cluster.serves('priorityClass')) return false;
    return !this.cluster.isAsStated(this.classOf(kind));
  }

  private classOf(kind: EnvironmentKind): KubeObject {
    const known = this.classes.get(kind) ?? stamped(priorityClass(kind));
    this.classes.set(kind, known);
    return known;
  }
}
