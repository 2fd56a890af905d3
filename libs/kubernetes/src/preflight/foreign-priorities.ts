import { type EnvironmentKind, environmentKind } from '@berth/contracts/deployment';
import { kinds, pathOf } from '../kinds.js';
import type { KubeClient } from '../kube-client.js';
import type { KubeObject, ObjectList } from '../kube-object.js';
import { priorityClass, priorityName } from '../manifests/priority.manifests.js';

interface PriorityClass extends KubeObject {
  readonly value: number;
  readonly preemptionPolicy?: string;
}

/** Classes with a name of ours that are not as ours: who has that name keeps it, and what it says cannot be changed. */
export async function foreignPriorities(client: KubeClient, signal: AbortSignal): Promise<string[]> {
  const path = pathOf(kinds.priorityClass);
  const { items } = await client.transport.ask<ObjectList<PriorityClass>>({ method: 'GET', path, signal });
  const found = new Map(items.map((each) => [each.metadata.name, each]));
  return environmentKind.options.filter((kind) => !isSame(found.get(priorityName(kind)), kind)).map(priorityName);
}

function isSame(found: PriorityClass | undefined, kind: EnvironmentKind): boolean {
  if (!found) return true;
  const { value, preemptionPolicy, metadata } = priorityClass(kind) as PriorityClass;
  const isLabelled = Object.entries(metadata.labels ?? {}).every(([name, is]) => found.metadata.labels?.[name] === is);
  return isLabelled && found.value === value && found.preemptionPolicy === preemptionPolicy;
}
