import { kinds, type KubeClient, type KubeObject } from '@berth/kubernetes';

const { signal: never } = new AbortController();
const CLASS = 'played';
const GATEWAYS = '/apis/gateway.networking.k8s.io/v1';
const INGRESSES = '/apis/networking.k8s.io/v1';

export interface Middleware extends KubeObject {
  readonly spec: {
    readonly chain?: { readonly middlewares: readonly { readonly name: string }[] };
    readonly ipAllowList?: { readonly sourceRange: readonly string[] };
    readonly basicAuth?: { readonly secret: string };
  };
}

export interface LoginsSecret extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

interface Visit {
  readonly namespace: string;
  /** The Authorization header. */
  readonly authorization: string | undefined;
}

/**
 * Status that Traefik would answer by itself, for a Middleware; null where it leads on. What it cannot find leads nobody
 * anywhere. Nobody comes from an address that is allowed, and whose name is known has the right password.
 */
export async function playedAnswer(client: KubeClient, name: string, visit: Visit): Promise<number | null> {
  const found = await client.get<Middleware>(kinds.middleware, name, never, visit.namespace);
  if (!found) return 404;
  const { chain, ipAllowList, basicAuth } = found.spec;
  if (ipAllowList) return 403;
  if (basicAuth) return asked(client, basicAuth.secret, visit);
  for (const part of chain?.middlewares ?? []) {
    const answer = await playedAnswer(client, part.name, visit);
    if (answer !== null) return answer;
  }
  return null;
}

async function asked(client: KubeClient, secret: string, { namespace, authorization }: Visit): Promise<number | null> {
  const users = usersIn(await client.get<LoginsSecret>(kinds.secret, secret, never, namespace));
  if (users.length === 0) return 404;
  const [name] = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64')
    .toString()
    .split(':');
  return users.some((line) => line.startsWith(`${name}:`)) ? null : 401;
}

/** Of a Secret with one entry, as Traefik reads it. */
export function usersIn(secret: LoginsSecret | null): string[] {
  const [users = '', ...others] = Object.values(secret?.data ?? {});
  const lines = Buffer.from(users, 'base64').toString().split('\n');
  return others.length > 0 ? [] : lines.filter((line) => line !== '');
}

/** The Gateway that routes belong to and the class of Ingresses, both of Traefik or of whoever is said to control them. */
export async function makeDoors(administrator: KubeClient, of = 'traefik.io'): Promise<void> {
  const api = { apiVersion: 'gateway.networking.k8s.io/v1' };
  await administrator.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateway' } }, never);
  const apply = (path: string, body: object) =>
    administrator.transport.ask({
      ...{ method: 'PATCH', path: `${path}?fieldManager=played&force=true`, body, signal: never },
      contentType: 'application/apply-patch+yaml',
    });
  await removeClasses(administrator);
  await apply(`${GATEWAYS}/gatewayclasses/${CLASS}`, {
    ...{ ...api, kind: 'GatewayClass', metadata: { name: CLASS } },
    spec: { controllerName: `${of}/gateway-controller` },
  });
  await apply(`${GATEWAYS}/namespaces/gateway/gateways/public`, {
    ...{ ...api, kind: 'Gateway', metadata: { name: 'public' } },
    spec: { gatewayClassName: CLASS, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  await apply(`${INGRESSES}/ingressclasses/${CLASS}`, {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: CLASS } },
    spec: { controller: `${of}/ingress-controller` },
  });
}

/** Whoever controls a class controls it until it is gone. */
export async function removeClasses(administrator: KubeClient): Promise<void> {
  for (const path of [`${GATEWAYS}/gatewayclasses/${CLASS}`, `${INGRESSES}/ingressclasses/${CLASS}`])
    await administrator.transport.ask({ method: 'DELETE', path, signal: never }).catch((error: { status?: number }) => {
      if (error.status !== 404) throw error;
    });
}
