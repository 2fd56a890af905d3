import {
  type DesiredWorkload,
  type ObservedInstance,
  type ObservedVolume,
  type ObservedWorkload,
  placesOf,
  spelled,
} from '@berth/contracts/runtime';
import { canaryObjectName, isOfCanary, labelNames, processNameIn } from '@berth/kubernetes';
import { acceptedPlaces, type Gateway, publishedPlaces, weightAt } from './accepted-routes.js';
import {
  type Deployment,
  type EndpointSlice,
  type HttpRoute,
  type Ingress,
  type Pod,
  type VolumeClaim,
} from './cluster-objects.js';
import { instancesOf, quantity } from './instances.js';
import { podTrouble, type Trouble, workloadTrouble } from './troubles.js';

/** Everything that the cluster shows of one workload. */
export interface WorkloadObjects {
  readonly pods: readonly Pod[];
  readonly deployments: readonly Deployment[];
  readonly slices: readonly EndpointSlice[];
  /** Through the door that the cluster has; the other is empty. */
  readonly routes: readonly HttpRoute[];
  readonly ingresses: readonly Ingress[];
  readonly claims: readonly VolumeClaim[];
}

export type Observation = Pick<ObservedWorkload, 'instances' | 'routes' | 'trouble' | 'canaryWeight'> & {
  readonly volumes: ObservedVolume[];
};

/** What runs and whom the gateway sends requests to, by what the cluster itself reports. */
export function observationOf(
  objects: WorkloadObjects,
  desired: DesiredWorkload | null,
  gateway: Gateway,
): Observation {
  const places = new Set([...acceptedPlaces(objects.routes, gateway), ...publishedPlaces(objects.ingresses)]);
  const weight = (desired && weightAt(canaryObjectName(desired.name), objects, gateway)) ?? 0;
  const endpoints = readyEndpoints(objects.slices);
  // Pods of a StatefulSet are in a service that gives them names, whatever they do.
  const isRouted = (pod: Pod): boolean =>
    processNameIn(pod.metadata.labels) === 'web' &&
    places.size > 0 &&
    endpoints.has(pod.metadata.name) &&
    (!isOfCanary(pod) || weight > 0);
  const instances = instancesOf(objects.pods, isRouted);
  const serves = instances.some(({ routed }) => routed);
  return {
    instances,
    routes: (desired ? placesOf(desired) : []).map((place) => ({
      ...place,
      accepted: serves && places.has(spelled(place)),
    })),
    volumes: volumesIn(objects.claims),
    ...(desired?.canary && weight > 0 && { canaryWeight: weight }),
    trouble: desired && workloadTrouble(troublesOf(objects.pods, desired), deploymentsOf(objects, desired)),
  };
}

function troublesOf(pods: readonly Pod[], { release, canary }: DesiredWorkload): Trouble[] {
  const hashes = [release.hash, canary?.release.hash];
  return pods
    .filter(({ metadata }) => hashes.includes(metadata.annotations?.[labelNames.releaseHash] ?? ''))
    .map(podTrouble)
    .filter((each) => each !== null);
}

/** A canary that leaves troubles nobody. */
const deploymentsOf = ({ deployments }: WorkloadObjects, { canary }: DesiredWorkload): readonly Deployment[] =>
  deployments.filter((each) => canary !== undefined || !isOfCanary(each));

function readyEndpoints(slices: readonly EndpointSlice[]): ReadonlySet<string> {
  const ready = slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready));
  return new Set(ready.map(({ targetRef }) => targetRef?.name ?? ''));
}

/** What is bound has what the cluster says it has, which may be more than was asked for; what waits has nothing yet. */
function volumesIn(claims: readonly VolumeClaim[]): ObservedVolume[] {
  const bytes = new Map<string, number>();
  for (const { metadata, status } of claims) {
    const id = metadata.labels?.[labelNames.volume];
    if (id === undefined) continue;
    const has = status?.phase === 'Bound' ? Math.round(quantity(status.capacity?.['storage'])) : 0;
    bytes.set(id, (bytes.get(id) ?? 0) + has);
  }
  return [...bytes].map(([id, has]) => ({ id, bytes: has }));
}

/** Instances as they end: nothing of them serves. */
export const ending = (instances: readonly ObservedInstance[]): ObservedInstance[] =>
  instances.map((each) => ({ ...each, state: 'stopping', routed: false, readySince: null, trouble: null }));
