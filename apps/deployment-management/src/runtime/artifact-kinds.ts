import type { Artifact } from '@berth/contracts/events';
import type { DeploymentSource } from '@berth/contracts/events';

/** What a source leads to; undefined: whatever the release has that it names. Builds make slugs. */
export function artifactKindOf({ kind }: DeploymentSource): Artifact['kind'] | undefined {
  if (kind === 'git' || kind === 'upload') return 'slug';
  return kind === 'image' ? 'image' : undefined;
}

/** Said where no kind of artifact can run: the cluster was given up. */
export const CLUSTER_REMOVED =
  'The cluster of this workload was removed from the platform. Move it to another one first (berth apps move).';

/** What to do when the runtime does not run artifacts of a kind. */
export const nextStepFor = (kind: Artifact['kind']): string =>
  kind === 'image'
    ? 'Deploy from source: Git, or an upload.'
    : 'Push an image of it to a registry and deploy that: berth deploy --image REGISTRY/NAME:TAG';
