import type { KubeObject } from '../kube-object.js';

/** What Kubernetes makes the pods of a process type from: a Deployment or a StatefulSet. */
export interface PodMaker extends KubeObject {
  readonly spec: {
    readonly selector: object;
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly volumes: readonly object[] };
    };
    /** Of a StatefulSet: what each of its pods has a claim of its own for. */
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

export const isPodMaker = (object: KubeObject): object is PodMaker =>
  ['Deployment', 'StatefulSet'].includes(object.kind);

/**
 * One pod as its maker would make it, to be applied as a dry run: with a volume for each claim template, as a StatefulSet
 * adds it. The claims need not exist.
 */
export function podOf({ metadata: { name, namespace }, spec }: PodMaker): KubeObject {
  const { template, volumeClaimTemplates = [] } = spec;
  const claimed = volumeClaimTemplates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: metadata.name },
  }));
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { ...template.metadata, name: `${name}-trial`, ...(namespace && { namespace }) },
    spec: { ...template.spec, volumes: [...template.spec.volumes, ...claimed] },
  } as KubeObject;
}
