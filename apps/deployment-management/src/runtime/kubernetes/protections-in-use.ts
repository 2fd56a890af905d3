import { kinds, type KubeObject, labelNames, MIDDLEWARES_ANNOTATION } from '@berth/kubernetes';
import { areTakenOver, type Doors, type Gateway } from './accepted-routes.js';
import type { HttpRoute, Ingress, Middleware } from './cluster-objects.js';

/** Part of what visitors have to pass. */
export const isOfProtection = ({ kind, metadata }: KubeObject): boolean =>
  kind === kinds.middleware.kind || metadata.annotations?.[labelNames.logins] !== undefined;

/**
 * Names of what visitors may still be asked by: what doors name and, until the gateway leads by them as they are now, what they
 * may have named before. Taken away sooner, it would leave a door that leads nowhere.
 */
export function protectionsInUse(
  middlewares: readonly Middleware[],
  { routes, ingresses }: Doors,
  gateway: Gateway,
): ReadonlySet<string> {
  const isBehind = !areTakenOver(routes, gateway);
  const isNamed = ({ metadata }: Middleware): boolean =>
    routes.some((route) => namesInRoute(route, metadata.name)) ||
    ingresses.some((ingress) => namesInIngress(ingress, metadata.name));
  const chains = middlewares.filter((each) => each.spec.chain && (isBehind || isNamed(each)));
  const parts = chains.flatMap(({ spec }) => spec.chain?.middlewares ?? []);
  return new Set([...chains.map(({ metadata }) => metadata), ...parts].map(({ name }) => name));
}

const namesInRoute = ({ spec }: HttpRoute, name: string): boolean =>
  (spec.rules ?? [])
    .flatMap(({ filters }) => filters ?? [])
    .some(({ extensionRef }) => extensionRef?.kind === kinds.middleware.kind && extensionRef.name === name);

const namesInIngress = ({ metadata }: Ingress, name: string): boolean =>
  metadata.annotations?.[MIDDLEWARES_ANNOTATION]?.includes(`-${name}@`) ?? false;
