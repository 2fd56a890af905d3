import { spelled } from '@berth/contracts/runtime';
import { conditionOf, type HttpRoute, type Ingress } from './cluster-objects.js';

export interface Gateway {
  readonly namespace: string;
  readonly name: string;
}

/** Routes that our gateway took over as they are now, not as they were before an edit. `types`: what it has to say of them. */
export const acceptedBy = (
  routes: readonly HttpRoute[],
  gateway: Gateway,
  types: readonly string[] = ['Accepted'],
): HttpRoute[] =>
  routes.filter(({ metadata, status }) =>
    status?.parents?.some(({ parentRef, conditions }) => {
      const isOurs = isGateway(parentRef, gateway, metadata.namespace);
      const isTrue = (type: string): boolean => {
        const condition = conditionOf(conditions, type);
        return condition?.status === 'True' && condition.observedGeneration === metadata.generation;
      };
      return isOurs && types.every(isTrue);
    }),
  );

const isGateway = (
  { name, namespace }: { readonly name: string; readonly namespace?: string },
  gateway: Gateway,
  own: string | undefined,
): boolean => name === gateway.name && (namespace ?? own) === gateway.namespace;

/** What our gateway leads to a workload, as places are spelled. */
export const acceptedPlaces = (routes: readonly HttpRoute[], gateway: Gateway): string[] =>
  acceptedBy(routes, gateway).flatMap(({ spec: { hostnames = [], rules = [] } }) => {
    const paths = rules.flatMap(({ matches }) => matches ?? []).map(({ path }) => path?.value);
    return hostnames.flatMap((host) => placesOn(host, paths));
  });

/** Places of Ingresses that a controller has taken over: it then says where it answers. */
export const publishedPlaces = (ingresses: readonly Ingress[]): string[] =>
  ingresses
    .filter(isPublished)
    .flatMap(({ spec }) => spec.rules ?? [])
    .flatMap(({ host = '', http }) =>
      placesOn(
        host,
        (http?.paths ?? []).map(({ path }) => path),
      ),
    );

/** Where nothing is said of paths, it is the whole host. */
const placesOn = (host: string, paths: readonly (string | undefined)[]): string[] =>
  (paths.length === 0 ? ['/'] : paths).map((path = '/') => spelled(path === '/' ? { host } : { host, path }));

const isPublished = ({ status }: Ingress): boolean => (status?.loadBalancer?.ingress ?? []).length > 0;

/** What leads users to a workload; the door that the cluster does not have is empty. */
export interface Doors {
  readonly routes: readonly HttpRoute[];
  readonly ingresses: readonly Ingress[];
}

/** Percent of the requests that a service gets beside the workload's own, as far as those who lead them say so. */
export const weightAt = (service: string, { routes, ingresses }: Doors, gateway: Gateway): number | null =>
  ingresses.length > 0 ? weightBehind(service, ingresses) : weightFor(service, routes, gateway);

/** A controller does not say which version of an Ingress it took over: what is stated counts, once it serves it at all. */
function weightBehind(service: string, ingresses: readonly Ingress[]): number | null {
  if (!ingresses.every(isPublished)) return null;
  const leadsThere = ({ spec }: Ingress): boolean =>
    (spec.rules ?? []).some(({ http }) => http?.paths?.some(({ backend }) => backend.service?.name === service));
  return ingresses.every(leadsThere) ? 100 : 0;
}

/**
 * Percent of the requests that the gateway gives to a service beside the workload's own; null while it has not said so of
 * every route. One that it refuses leads nobody anywhere.
 */
export function weightFor(service: string, routes: readonly HttpRoute[], gateway: Gateway): number | null {
  const leading = routes.filter((route) => !isRefusedBy(route, gateway));
  const accepted = acceptedBy(leading, gateway, ['Accepted', 'ResolvedRefs']);
  if (accepted.length < leading.length) return null;
  const [weight, ...others] = new Set(accepted.map((route) => weightIn(route, service)));
  return weight === undefined || others.length > 0 ? null : weight;
}

/** Whether the gateway leads by every route as it is now. One that it refuses leads nobody anywhere. */
export function areTakenOver(routes: readonly HttpRoute[], gateway: Gateway): boolean {
  const leading = routes.filter((route) => !isRefusedBy(route, gateway));
  return acceptedBy(leading, gateway).length === leading.length;
}

const isRefusedBy = ({ metadata, status }: HttpRoute, gateway: Gateway): boolean =>
  (status?.parents ?? []).some(({ parentRef, conditions }) => {
    const isOurs = isGateway(parentRef, gateway, metadata.namespace);
    const accepted = conditionOf(conditions, 'Accepted');
    return isOurs && accepted?.status === 'False' && accepted.observedGeneration === metadata.generation;
  });

function weightIn(route: HttpRoute, service: string): number {
  const backends = (route.spec.rules ?? []).flatMap(({ backendRefs }) => backendRefs ?? []);
  const sum = backends.reduce((all, { weight = 1 }) => all + weight, 0);
  const own = backends.filter(({ name }) => name === service).reduce((all, { weight = 1 }) => all + weight, 0);
  return sum === 0 ? 0 : Math.round((own * 100) / sum);
}
