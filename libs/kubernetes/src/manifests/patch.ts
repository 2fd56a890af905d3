import type { PodPatch } from '@berth/contracts/common';

type Fields = Readonly<Record<string, unknown>>;

/** A pod template, as far as a patch meets it. */
export interface PodTemplate {
  readonly metadata: { readonly labels: object; readonly annotations: object };
  readonly spec: Fields & {
    readonly securityContext: object;
    readonly volumes: readonly object[];
    readonly containers: readonly PatchedContainer[];
  };
}

interface PatchedContainer {
  readonly [field: string]: unknown;
  readonly name: string;
  readonly volumeMounts: readonly object[];
  readonly lifecycle?: object;
}

/**
 * Lays a patch over the template of ours: lists are merged by their names, and what is ours stays, whatever the patch says.
 * Whether a patch may be there at all is said by its schema.
 */
export function patched(
  template: PodTemplate,
  { metadata, spec: { containers = [], ...patch } = {} }: PodPatch,
): PodTemplate {
  const { spec } = template;
  const [main] = containers;
  return {
    metadata: { ...template.metadata, annotations: { ...metadata?.annotations, ...template.metadata.annotations } },
    spec: {
      ...patch,
      ...spec,
      ...(patch.terminationGracePeriodSeconds !== undefined && {
        terminationGracePeriodSeconds: patch.terminationGracePeriodSeconds,
      }),
      securityContext: { ...patch.securityContext, ...spec.securityContext },
      volumes: [...spec.volumes, ...(patch.volumes ?? [])],
      containers: spec.containers.map((each) => (main && each.name === main.name ? withParts(each, main) : each)),
    },
  };
}

type ContainerPatch = NonNullable<NonNullable<PodPatch['spec']>['containers']>[number];

function withParts(
  ours: PatchedContainer,
  { lifecycle, volumeMounts = [], workingDir }: ContainerPatch,
): PatchedContainer {
  return {
    ...(workingDir !== undefined && { workingDir }),
    ...ours,
    ...((lifecycle ?? ours.lifecycle) && { lifecycle: { ...lifecycle, ...ours.lifecycle } }),
    volumeMounts: [...ours.volumeMounts, ...volumeMounts],
  };
}
