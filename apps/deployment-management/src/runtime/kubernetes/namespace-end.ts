import { type Cluster, isGoing, type KubeObject, labelNames } from '@berth/kubernetes';
import type { Space, SpaceRemains } from '../space-runtime.js';
import { type Condition, conditionOf } from './cluster-objects.js';

export interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** By these the cluster says that it waits for somebody else. */
const telling = [
  'NamespaceFinalizersRemaining',
  'NamespaceDeletionContentFailure',
  'NamespaceDeletionDiscoveryFailure',
];

/** Takes the namespace of an environment away, and nothing that has another's label. */
export async function endNamespace(
  cluster: Cluster,
  { environmentId, namespace }: Space,
  signal: AbortSignal,
): Promise<SpaceRemains | null> {
  const metadata = { name: namespace };
  const found = cluster.find({ apiVersion: 'v1', kind: 'Namespace', metadata }) as Namespace | undefined;
  if (!found || found.metadata.labels?.[labelNames.environment] !== environmentId) return null;
  if (isGoing(found)) return { heldBy: holderOf(found) };
  await cluster.delete(found, signal);
  return { heldBy: null };
}

/** What a namespace that is ending waits for; null while it only takes its time. */
export function holderOf({ metadata, spec, status }: Namespace): string | null {
  const said = telling
    .map((type) => conditionOf(status?.conditions, type))
    .flatMap((each) => (each?.status === 'True' && each.message !== undefined ? [each.message] : []));
  const foreign = [...(metadata.finalizers ?? []), ...(spec?.finalizers ?? []).filter((each) => each !== 'kubernetes')];
  const all = [...said, ...foreign.map((each) => `finalizer ${each} of the namespace`)];
  return all.length === 0 ? null : all.join('; ');
}
