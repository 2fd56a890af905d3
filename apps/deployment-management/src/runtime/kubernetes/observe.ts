import type { DesiredWorkload, ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import { labelNames } from '@berth/kubernetes';
import { conditionOf, type Deployment, type EndpointSlice, type HttpRoute, type Pod } from './cluster-objects.js';
import { instancesOf } from './instances.js';
import { podTrouble, type Trouble, workloadTrouble } from './troubles.js';

/** Everything that the cluster shows of one workload. */
export interface WorkloadObjects {
  readonly pods: readonly Pod[];
  readonly deployments: readonly Deployment[];
  readonly slices: readonly EndpointSlice[];
  readonly routes: readonly HttpRoute[];
}

export interface Gateway {
  readonly namespace: string;
  readonly name: string;
}

export type Observation = Pick<ObservedWorkload, 'instances' | 'routes' | 'trouble'>;

/** What runs and whom the gateway sends requests to, by what the cluster itself reports. */
export function observationOf(
  objects: WorkloadObjects,
  desired: DesiredWorkload | null,
  gateway: Gateway,
): Observation {
  const hosts = acceptedHosts(objects.routes, gateway);
  const endpoints = readyEndpoints(objects.slices);
  const isRouted = ({ metadata }: Pod): boolean => hosts.size > 0 && endpoints.has(metadata.name);
  const instances = instancesOf(objects.pods, isRouted);
  const serves = instances.some(({ routed }) => routed);
  return {
    instances,
    routes: (desired?.hosts ?? []).map((host) => ({ host, accepted: serves && hosts.has(host) })),
    trouble: desired && workloadTrouble(troublesOf(objects.pods, desired), objects.deployments),
  };
}

const troublesOf = (pods: readonly Pod[], { release }: DesiredWorkload): Trouble[] =>
  pods
    .filter(({ metadata }) => metadata.annotations?.[labelNames.releaseHash] === release.hash)
    .map(podTrouble)
    .filter((each) => each !== null);

/** Hosts of routes that our gateway took over as they are now, not as they were before an edit. */
function acceptedHosts(routes: readonly HttpRoute[], gateway: Gateway): ReadonlySet<string> {
  const accepted = routes.filter(({ metadata, status }) =>
    status?.parents?.some(({ parentRef, conditions }) => {
      const condition = conditionOf(conditions, 'Accepted');
      const isOurs =
        parentRef.name === gateway.name && (parentRef.namespace ?? metadata.namespace) === gateway.namespace;
      return isOurs && condition?.status === 'True' && condition.observedGeneration === metadata.generation;
    }),
  );
  return new Set(accepted.flatMap(({ spec }) => spec.hostnames ?? []));
}

function readyEndpoints(slices: readonly EndpointSlice[]): ReadonlySet<string> {
  const ready = slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready));
  return new Set(ready.map(({ targetRef }) => targetRef?.name ?? ''));
}

/** Instances as they end: nothing of them serves. */
export const ending = (instances: readonly ObservedInstance[]): ObservedInstance[] =>
  instances.map((each) => ({ ...each, state: 'stopping', routed: false, readySince: null, trouble: null }));
