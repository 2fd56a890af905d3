import type { IsolationWall } from '@berth/contracts/deployment';
import type { KubeClient } from '../kube-client.js';
import type { KubeObject } from '../kube-object.js';
import { kinds } from '../kinds.js';
import { NEIGHBOUR, neighbourPod, VISITOR, visitorPod } from './network-pods.manifests.js';
import type { Tenants } from './tenants.js';
import { broken, holds, unproven } from './wall.js';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly exitCode: number; readonly message?: string };
}

/** As far as it is read. */
export interface ObservedPod extends KubeObject {
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly { readonly state?: ContainerState }[];
  };
}

/** What is known of the walls, or what is waited for. */
export type NetworkLook = { readonly walls: readonly IsolationWall[] } | { readonly waitsFor: string };

/**
 * Walls that only pods can try. Starts them where they are not, and never twice.
 * @throws ApiError, ClusterUnreachable
 */
export async function networkWalls(
  client: KubeClient,
  { tenants, image }: { tenants: Tenants; image: string | null },
  signal: AbortSignal,
): Promise<NetworkLook> {
  if (image === null) return { walls: withoutPods };
  const neighbour = await podOf(client, tenants.neighbour.namespace, NEIGHBOUR, signal);
  if (!neighbour) {
    await client.apply(neighbourPod(tenants, image), signal);
    return { waitsFor: 'a pod of the neighbour to start' };
  }
  const address = addressOf(neighbour);
  if (address === null) return { waitsFor: `a pod of the neighbour to start: ${troubleOf(neighbour)}` };
  const visitor = await podOf(client, tenants.intruder.namespace, VISITOR, signal);
  if (visitor) return lookOf(visitor);
  await client.apply(visitorPod(tenants, image, address), signal);
  return { waitsFor: 'a pod of the intruder to start' };
}

async function podOf(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ObservedPod | undefined> {
  for await (const { items } of client.pages<ObservedPod>(kinds.pod, signal, { namespace })) {
    const found = items.find(({ metadata }) => metadata.name === name);
    if (found) return found;
  }
  return undefined;
}

function addressOf({ status }: ObservedPod): string | null {
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  return isReady ? (status?.podIP ?? null) : null;
}

const stateOf = ({ status }: ObservedPod): ContainerState => status?.containerStatuses?.[0]?.state ?? {};

function troubleOf(pod: ObservedPod): string {
  const { waiting, terminated } = stateOf(pod);
  if (terminated) return `it ended with ${terminated.exitCode}: ${terminated.message ?? 'it said nothing'}`;
  const unscheduled = pod.status?.conditions?.find(
    ({ status, message }) => status === 'False' && message !== undefined,
  );
  const said = [waiting?.reason, waiting?.message ?? unscheduled?.message].filter((each) => each !== undefined);
  return said.join(': ') || 'it is not ready';
}

function lookOf(visitor: ObservedPod): NetworkLook {
  const { terminated } = stateOf(visitor);
  if (!terminated) return { waitsFor: `a pod of the intruder to end: ${troubleOf(visitor)}` };
  const report = reportIn(terminated.message ?? '');
  return { walls: report ? wallsOf(report) : bothUnproven(`The pod of the intruder: ${troubleOf(visitor)}.`) };
}

/** What the visitor says at its end. */
export interface VisitorReport {
  /** The cluster's name server answered. */
  readonly names: boolean;
  readonly reached: readonly string[];
}

/** Null for anything else, which some image may say instead. */
export function reportIn(message: string): VisitorReport | null {
  try {
    const { names, reached } = JSON.parse(message) as Partial<VisitorReport>;
    return typeof names === 'boolean' && Array.isArray(reached) ? { names, reached } : null;
  } catch {
    return null;
  }
}

const ENFORCE =
  'Install a network plug-in that enforces NetworkPolicy in both directions, and see that it runs on every node.';

/** From where nothing is reached at all, that a neighbour is not reached says nothing of walls. */
export function wallsOf({ names, reached }: VisitorReport): readonly IsolationWall[] {
  const places = [
    ...(reached.includes('neighbour') ? ["another tenant's pod"] : []),
    ...(reached.includes('metadata') ? ["the cloud's metadata service"] : []),
  ];
  const mute = 'The pod got no answer from the name server of the cluster: it may reach nothing at all.';
  const mend = 'See that the name server runs, in the namespace that the settings of the cluster name.';
  const closed = (name: 'network' | 'dns', message: string) =>
    names ? holds(name, message) : unproven(name, mute, mend);
  return [
    places.length > 0
      ? broken('network', `A pod reaches ${places.join(' and ')}.`, ENFORCE)
      : closed('network', "A pod does not reach another tenant's, which is there, nor the cloud's metadata service."),
    reached.includes('resolver')
      ? broken('dns', "A pod is answered by a name server that is not the cluster's.", ENFORCE)
      : closed('dns', "A pod is answered by the cluster's name server, and by no other."),
  ];
}

const bothUnproven = (
  message: string,
  nextStep = 'See what keeps pods of this image from running there, and check again.',
): readonly IsolationWall[] => (['network', 'dns'] as const).map((name) => unproven(name, message, nextStep));

const withoutPods = bothUnproven(
  'No pod was started to try it: no image was named.',
  'Name an image with Node.js that the cluster can pull: --image REGISTRY/NAME@sha256:...',
);

/** Where what is waited for did not come in time. */
export const networkUnproven = (waitedFor: string): readonly IsolationWall[] =>
  bothUnproven(`It waited in vain for ${waitedFor}.`);
