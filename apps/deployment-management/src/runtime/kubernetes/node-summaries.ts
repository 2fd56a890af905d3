import { ApiError, ClusterUnreachable, type KubeClient } from '@berth/kubernetes';
import type { Clock } from '@berth/service-kit';
import { z } from 'zod';

/** A kubelet looks every ten seconds: to ask more often tells nothing new. */
const FRESH_MILLISECONDS = 10_000;
/** A node that may not be asked, or does not answer, is not asked by every sample. */
const UNKNOWN_MILLISECONDS = 60_000;
const ASK_MILLISECONDS = 3_000;

const bytes = z.number().nonnegative();

/** The part of the kubelet's answer that is read (k8s.io/kubelet/pkg/apis/stats/v1alpha1, Summary). */
const summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ uid: z.string() }),
      'ephemeral-storage': z.object({ usedBytes: bytes.optional() }).optional(),
      volume: z
        .array(z.object({ pvcRef: z.object({ name: z.string() }).optional(), usedBytes: bytes.optional() }))
        .optional(),
    }),
  ),
});

/** What a pod holds, in bytes. */
export interface PodStorage {
  /** What it wrote into its own layers and temporary folders, its logs included; null: not looked at yet. */
  readonly ownBytes: number | null;
  /** By the name of the claim. */
  readonly claims: ReadonlyMap<string, number>;
}

type NodeStorage = ReadonlyMap<string, PodStorage>;

interface Known {
  readonly until: number;
  readonly answer: Promise<NodeStorage | null>;
}

/**
 * What the kubelets of the nodes say of the storage that pods hold, asked through the API server. That takes the permission
 * `get nodes/proxy`, which is granted only by who wants that (ADR 0089): without it nothing is known, and nothing fails.
 */
export class NodeSummaries {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly client: KubeClient,
    private readonly clock: Clock,
  ) {}

  /** By the uid of the pod; null when the node may not be asked or does not answer. */
  of(node: string): Promise<NodeStorage | null> {
    const now = this.clock.now().getTime();
    for (const [name, { until }] of this.known) if (until <= now) this.known.delete(name);
    const known = this.known.get(node);
    if (known) return known.answer;
    const answer = this.ask(node);
    this.known.set(node, { until: now + FRESH_MILLISECONDS, answer });
    // What is thrown is thrown to whoever asked, and is asked again.
    answer.then(
      (found) => found ?? this.known.set(node, { until: now + UNKNOWN_MILLISECONDS, answer }),
      () => this.known.delete(node),
    );
    return answer;
  }

  /** It is asked for all who look at the time, so none of them ends it. */
  private async ask(node: string): Promise<NodeStorage | null> {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`;
    const signal = AbortSignal.timeout(ASK_MILLISECONDS);
    const answer = await this.client.transport.ask<unknown>({ method: 'GET', path, signal }).catch(unanswered);
    const { success, data } = summary.safeParse(answer);
    return success ? new Map(data.pods.map((pod) => [pod.podRef.uid, storageOf(pod)])) : null;
  }
}

/** Refused, away, or something that is no kubelet (one that is played, say). */
function unanswered(error: unknown): null {
  if (error instanceof ApiError || error instanceof ClusterUnreachable) return null;
  throw error;
}

const storageOf = (pod: z.infer<typeof summary>['pods'][0]): PodStorage => ({
  ownBytes: pod['ephemeral-storage']?.usedBytes ?? null,
  claims: new Map(
    (pod.volume ?? []).flatMap(({ pvcRef, usedBytes }) =>
      pvcRef && usedBytes !== undefined ? [[pvcRef.name, usedBytes] as const] : [],
    ),
  ),
});
