import { type EnvironmentKind, environmentKind } from '@berth/contracts/deployment';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { MANAGER, names } from './labels.js';
import { isPodMaker } from './pod-maker.js';
import type { ClusterSettings } from './settings.js';

interface Priority {
  readonly value: number;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
  readonly description: string;
}

const givesWay = 'Gives way to production where the cluster is short of room.';
const middle: Priority = { value: -5, preemptionPolicy: 'Never', description: givesWay };

/**
 * Nobody is above 0, which pods without a class have, those of the system among them. Below -10 the autoscaler of clusters
 * (`--expendable-pods-priority-cutoff`) would add no node for a pod. Values never change: the API refuses that.
 */
const priorities: Readonly<Record<EnvironmentKind, Priority>> = {
  production: {
    ...{ value: 0, preemptionPolicy: 'PreemptLowerPriority' },
    description: 'Takes the room of what is in other environments where the cluster is short of it.',
  },
  staging: middle,
  development: middle,
  preview: { ...middle, value: -10 },
};

/** `berth-preview`. */
export const priorityName = (kind: EnvironmentKind): string => `berth-${kind}`;

/** Names of all of them. */
export const priorityNames: readonly string[] = environmentKind.options.map(priorityName);

/** Of all environments of a kind; of a whole cluster, and never what pods have that name none. */
export function priorityClass(kind: EnvironmentKind): KubeObject {
  const metadata = { name: priorityName(kind), labels: { [names.managedBy]: MANAGER } };
  const spec = { ...priorities[kind], globalDefault: false };
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, ...spec } as KubeObject;
}

/** What the pods of an environment name; nothing where it is not known of which kind that is, or there are no classes. */
export const priorityOf = (
  { environmentKind }: Pick<DesiredWorkload, 'environmentKind'>,
  { hasPriorities }: Pick<ClusterSettings, 'hasPriorities'>,
): { readonly priorityClassName?: string } =>
  hasPriorities && environmentKind ? { priorityClassName: priorityName(environmentKind) } : {};

interface Template {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly priorityClassName?: string };
}

interface MakerOfPods {
  readonly spec: { readonly template: Template };
}

/**
 * A manifest as it is to be stated where `found` is: while its pods are of the same release they keep the class that they
 * have, or none, for no pod is replaced because of that alone.
 */
export function withKeptPriority(manifest: KubeObject, found: KubeObject | undefined): KubeObject {
  if (!found || !isPodMaker(manifest) || !isPodMaker(found)) return manifest;
  const wanted = (manifest as unknown as MakerOfPods).spec.template;
  const { spec, metadata } = (found as unknown as MakerOfPods).spec.template;
  const { priorityClassName: kept } = spec;
  const isOurs = kept === undefined || priorityNames.includes(kept);
  if (!isOurs || kept === wanted.spec.priorityClassName || !hasAll(metadata.annotations, wanted)) return manifest;
  const { priorityClassName: _next, ...rest } = wanted.spec;
  const template = { ...wanted, spec: { ...rest, ...(kept !== undefined && { priorityClassName: kept }) } };
  return { ...manifest, spec: { ...manifest.spec, template } } as KubeObject;
}

const hasAll = (found: Readonly<Record<string, string>> = {}, { metadata: { annotations = {} } }: Template): boolean =>
  Object.entries(annotations).every(([name, value]) => found[name] === value);
