import { conditionOf, type HttpRoute } from './cluster-objects.js';

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
      const isOurs =
        parentRef.name === gateway.name && (parentRef.namespace ?? metadata.namespace) === gateway.namespace;
      const isTrue = (type: string): boolean => {
        const condition = conditionOf(conditions, type);
        return condition?.status === 'True' && condition.observedGeneration === metadata.generation;
      };
      return isOurs && types.every(isTrue);
    }),
  );

/** Percent of the requests that the gateway gives to a service beside the workload's own; null while it has not said so. */
export function weightFor(service: string, routes: readonly HttpRoute[], gateway: Gateway): number | null {
  const [route] = acceptedBy(routes, gateway, ['Accepted', 'ResolvedRefs']);
  if (!route) return null;
  const backends = (route.spec.rules ?? []).flatMap(({ backendRefs }) => backendRefs ?? []);
  const sum = backends.reduce((all, { weight = 1 }) => all + weight, 0);
  const own = backends.filter(({ name }) => name === service).reduce((all, { weight = 1 }) => all + weight, 0);
  return sum === 0 ? 0 : Math.round((own * 100) / sum);
}
