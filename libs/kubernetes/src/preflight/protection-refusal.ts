import { isForbidden, isNotFound } from '../api-error.js';
import { kinds } from '../kinds.js';
import type { KubeClient } from '../kube-client.js';
import type { ClusterSettings } from '../manifests/settings.js';

/** The door through which routes lead: of Ingresses where a class is named. */
export type Door = Pick<ClusterSettings, 'gateway' | 'ingressClass'>;

const { apiVersion, kind } = kinds.middleware;
export const noMiddlewares = `it serves no ${kind} of ${apiVersion} that the platform may see.`;

const OF_GATEWAYS = 'traefik.io/gateway-controller';
const OF_INGRESSES = 'traefik.io/ingress-controller';

interface Gateway {
  readonly spec: { readonly gatewayClassName: string };
}

interface GatewayClass {
  readonly spec: { readonly controllerName: string };
}

interface IngressClass {
  readonly spec: { readonly controller?: string };
}

/**
 * Why visitors cannot be asked at that door for passwords, or where they come from, where Traefik's kind is served; null when
 * they can: Traefik stands there. Whether it looks at these objects is seen by its answers alone.
 *
 * @throws ApiError, ClusterUnreachable
 */
export async function protectionRefusal(client: KubeClient, door: Door, signal: AbortSignal): Promise<string | null> {
  const look: Look = <Answer>(path: string) => client.transport.ask<Answer>({ method: 'GET', path, signal });
  try {
    return await (door.ingressClass === undefined ? gatewayRefusal(look, door) : ingressRefusal(look, door));
  } catch (error) {
    if (isNotFound(error)) return `${nameOf(door)} is not there, or its class is not.`;
    if (isForbidden(error)) return `the platform may not see of which class ${nameOf(door)} is.`;
    throw error;
  }
}

type Look = <Answer>(path: string) => Promise<Answer>;

async function gatewayRefusal(look: Look, door: Door): Promise<string | null> {
  const root = '/apis/gateway.networking.k8s.io/v1';
  const { namespace, name } = door.gateway;
  const { spec } = await look<Gateway>(`${root}/namespaces/${namespace}/gateways/${name}`);
  const { gatewayClassName: className } = spec;
  const { controllerName } = (await look<GatewayClass>(`${root}/gatewayclasses/${className}`)).spec;
  return controllerName === OF_GATEWAYS ? null : strange(door, className, controllerName);
}

async function ingressRefusal(look: Look, door: Door): Promise<string | null> {
  const { ingressClass = '' } = door;
  const { spec } = await look<IngressClass>(`/apis/networking.k8s.io/v1/ingressclasses/${ingressClass}`);
  return spec.controller === OF_INGRESSES ? null : strange(door, ingressClass, spec.controller ?? 'nobody');
}

const nameOf = ({ gateway, ingressClass }: Door): string =>
  ingressClass === undefined
    ? `Gateway ${gateway.namespace}/${gateway.name}`
    : `the class ${ingressClass} of Ingresses`;

const strange = (door: Door, className: string, controller: string): string =>
  `${nameOf(door)} belongs to ${controller}${door.ingressClass === undefined ? ` (class ${className})` : ''}, which is not Traefik.`;
