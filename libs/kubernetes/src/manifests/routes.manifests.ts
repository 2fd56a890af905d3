import { type DesiredWorkload, type Place, placesOf, spelled } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { inside, processSelector } from './labels.js';
import { canaryObjectName, routeName } from './names.js';
import { WEB_PORT } from './pod.manifest.js';
import { protectionAnnotations, protectionFilters } from './protection.manifests.js';
import type { ClusterSettings } from './settings.js';

/** What leads the hosts and paths of a workload to its service, through the door that the cluster has. */
export const routes = (desired: DesiredWorkload, settings: ClusterSettings): KubeObject[] => {
  const { ingressClass } = settings;
  if (ingressClass === undefined) return placesOf(desired).map((place) => httpRoute(desired, place, settings));
  return placesOf(desired).map((place) => ingress(desired, place, ingressClass));
};

/** The gateway may reach `web`, and nobody else may. `component`: as its pods are labelled. */
export function gatewayPolicy(
  desired: DesiredWorkload,
  { gateway }: ClusterSettings,
  name = desired.name,
  component = 'web',
): KubeObject {
  const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': gateway.namespace } } }];
  const spec = {
    podSelector: { matchLabels: processSelector(desired, component) },
    policyTypes: ['Ingress'],
    ingress: [{ from, ports: [{ protocol: 'TCP', port: WEB_PORT }] }],
  };
  const metadata = inside(desired, `${name}-from-gateway`, component);
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec } as KubeObject;
}

/**
 * One for each host, or path of it: what is wrong with the domain of a customer is said of that alone, and while a gateway takes it over the
 * others are as they were. The workload's own host is the first. Of several routes with one host a gateway takes that with
 * the longest path (Gateway API, HTTPRouteRule).
 */
function httpRoute(desired: DesiredWorkload, place: Place, { gateway }: ClusterSettings): KubeObject {
  const parent = { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gateway };
  const matches = [{ path: { type: 'PathPrefix', value: place.path ?? '/' } }];
  const rule = { matches, ...protectionFilters(desired), backendRefs: backends(desired) };
  const spec = { parentRefs: [parent], hostnames: [place.host], rules: [rule] };
  const isOwn = spelled(place) === desired.hosts[0];
  const name = isOwn ? desired.name : routeName(desired.name, spelled(place));
  const metadata = inside(desired, name, 'web');
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata, spec } as KubeObject;
}

/** What of the requests a canary does not get, the workload's own service does. */
function backends({ name, canary }: DesiredWorkload): object[] {
  const backend = (service: string, weight: number) => ({
    group: '',
    kind: 'Service',
    name: service,
    port: 80,
    weight,
  });
  if (!canary) return [backend(name, 1)];
  return [backend(name, 100 - canary.weight), backend(canaryObjectName(name), canary.weight)];
}

/**
 * One for each host, or path of it: an Ingress does not say which version of it a controller has taken over, only that it has, by the
 * address in its status. A new host is a new object, which has none yet. It has no weights: a canary gets all or nothing.
 */
function ingress(desired: DesiredWorkload, place: Place, ingressClassName: string): KubeObject {
  const name = desired.canary?.weight === 100 ? canaryObjectName(desired.name) : desired.name;
  const backend = { service: { name, port: { number: 80 } } };
  const paths = [{ path: place.path ?? '/', pathType: 'Prefix', backend }];
  const metadata = {
    ...inside(desired, routeName(desired.name, spelled(place)), 'web'),
    ...protectionAnnotations(desired),
  };
  const spec = { ingressClassName, rules: [{ host: place.host, http: { paths } }] };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec } as KubeObject;
}
