import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kinds, type KubeClient, type KubeObject, Mirror, OURS, pathOf } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { playedAnswer } from './played-traefik.js';

interface Route extends KubeObject {
  readonly spec: {
    readonly parentRefs: readonly object[];
    readonly hostnames?: readonly string[];
    readonly rules?: readonly {
      readonly matches?: readonly { readonly path?: { readonly value?: string } }[];
      readonly filters?: readonly { readonly extensionRef?: { readonly name: string } }[];
    }[];
  };
  readonly status?: {
    readonly parents?: readonly { readonly conditions: readonly { observedGeneration?: number }[] }[];
  };
}

interface Ingress extends KubeObject {
  readonly spec: {
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: { readonly paths?: readonly { readonly path?: string }[] };
    }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly object[] } };
}

interface Slice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

const WORKLOAD = 'berth.dev/workload';
const MERGE = 'application/merge-patch+json';

/**
 * Does what Traefik does, without sending requests on to pods, which KWOK only plays: it accepts routes and Ingresses, and
 * answers 200 for a host, or the longest path of it that fits, whose workload has a ready endpoint, as the cluster lists it;
 * before that, whatever the Middlewares say that are named there.
 */
export class PlayedGateway {
  private readonly server: Server;
  private readonly stopped = new AbortController();
  private readonly routes: Mirror<Route>;
  private readonly slices: Mirror<Slice>;
  private readonly ingresses: Mirror<Ingress>;
  /** Whether it takes Ingresses over; without that it knows none of their hosts. */
  takesIngresses = true;
  /** Whether it takes routes over, and their changes; see `resume`. */
  takesRoutes = true;
  private following: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: KubeClient) {
    const common = { clock: new Clock(), selector: OURS };
    this.slices = new Mirror<Slice>(client, { ...common, kind: kinds.endpointSlice, indexBy: workloadOf });
    this.routes = new Mirror<Route>(client, {
      ...{ ...common, kind: kinds.httpRoute, indexBy: () => 'all' },
      onChange: (route) => void this.accept([route]),
      onReplace: () => void this.accept(this.routes.of('all')),
    });
    this.ingresses = new Mirror<Ingress>(client, {
      ...{ ...common, kind: kinds.ingress, indexBy: () => 'all' },
      onChange: () => void this.takeOver(),
      onReplace: () => void this.takeOver(),
    });
    this.server = createServer((request, response) => {
      const end = (status: number): void => void response.writeHead(status).end();
      // What cannot be asked for leads nobody anywhere.
      this.answer(request).then(end, () => end(500));
    });
  }

  async listen(): Promise<string> {
    const { signal } = this.stopped;
    this.following = Promise.all([this.routes, this.slices, this.ingresses].map((each) => each.follow(signal)));
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.following;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer({ headers, url = '/' }: IncomingMessage): Promise<number> {
    const door = this.doorOf(headers.host ?? '', url);
    if (!door) return 503;
    const { authorization } = headers;
    const visit = { namespace: door.metadata.namespace ?? '', authorization };
    for (const name of middlewaresOf(door)) {
      const status = await playedAnswer(this.client, name, visit);
      if (status !== null) return status;
    }
    return this.hasEndpoint(door) ? 200 : 503;
  }

  private doorOf(host: string, target: string): Route | Ingress | undefined {
    const doors = [...this.routes.of('all'), ...this.ingresses.of('all').filter(isTaken)];
    const wanted = `${host}${target.split('?')[0]}/`;
    const fit = (each: Route | Ingress): number =>
      Math.max(0, ...placesOf(each).map((place) => (wanted.startsWith(`${place}/`) ? place.length : 0)));
    const [door] = doors.filter((each) => fit(each) > 0).sort((one, other) => fit(other) - fit(one));
    return door;
  }

  private hasEndpoint(door: Route | Ingress): boolean {
    const slices = this.slices.of(workloadOf(door) ?? '');
    return slices.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready));
  }

  /** Takes over what waits for it, as a controller does: by saying where it answers. */
  async takeOver(): Promise<void> {
    const waiting = this.takesIngresses ? this.ingresses.of('all').filter((each) => !isTaken(each)) : [];
    for (const { metadata } of waiting) {
      const path = `${pathOf(kinds.ingress, metadata.namespace, metadata.name)}/status?fieldManager=played`;
      const body = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
      const { signal } = this.stopped;
      // One that went meanwhile is not there to be taken over.
      await this.client.transport
        .ask({ method: 'PATCH', path, body, contentType: MERGE, signal })
        .catch(() => undefined);
    }
  }

  /** Takes over the routes that wait for it, as when it comes back. */
  async resume(): Promise<void> {
    this.takesRoutes = true;
    await this.accept(this.routes.of('all'));
  }

  private async accept(routes: readonly Route[]): Promise<void> {
    if (!this.takesRoutes) return;
    const waiting = routes.filter((route) => !isAccepted(route));
    // A route that went meanwhile is not there to be accepted.
    for (const route of waiting) await this.acceptOne(route).catch(() => undefined);
  }

  private acceptOne({ metadata, spec }: Route): Promise<unknown> {
    const { generation: observedGeneration } = metadata;
    const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
      ...{ type, status: 'True', reason: type, message: '', observedGeneration },
      lastTransitionTime: new Date().toISOString(),
    }));
    const parents = spec.parentRefs.map((parentRef) => ({ parentRef, controllerName: 'berth.dev/played', conditions }));
    const path = `${pathOf(kinds.httpRoute, metadata.namespace, metadata.name)}/status?fieldManager=played`;
    const { signal } = this.stopped;
    return this.client.transport.ask({
      method: 'PATCH',
      path,
      body: { status: { parents } },
      contentType: MERGE,
      signal,
    });
  }
}

const workloadOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[WORKLOAD];

const MIDDLEWARES = 'traefik.ingress.kubernetes.io/router.middlewares';

/** Names, without the namespace that Traefik writes before them. */
function middlewaresOf(door: Route | Ingress): string[] {
  const { namespace, annotations } = door.metadata;
  const named = (annotations?.[MIDDLEWARES] ?? '').split(',').filter((each) => each !== '');
  const filters = 'parentRefs' in door.spec ? (door as Route).spec.rules?.flatMap((rule) => rule.filters ?? []) : [];
  return [
    ...named.map((each) => each.replace(`${namespace}-`, '').replace('@kubernetescrd', '')),
    ...(filters ?? []).flatMap(({ extensionRef }) => (extensionRef ? [extensionRef.name] : [])),
  ];
}

/** `shop.example.com/api`, or the whole host without a `/` at its end. */
function placesOf(door: Route | Ingress): string[] {
  const places =
    'parentRefs' in door.spec
      ? (door as Route).spec.hostnames?.flatMap((host) =>
          ((door as Route).spec.rules ?? [])
            .flatMap(({ matches }) => matches ?? [])
            .map(({ path }) => host + path?.value),
        )
      : (door as Ingress).spec.rules?.flatMap(({ host, http }) =>
          (http?.paths ?? []).map(({ path }) => `${host}${path}`),
        );
  return (places ?? []).map((place) => place.replace(/\/$/, ''));
}

const isTaken = ({ status }: Ingress): boolean => (status?.loadBalancer?.ingress ?? []).length > 0;

const isAccepted = ({ metadata, status }: Route): boolean =>
  status?.parents?.[0]?.conditions[0]?.observedGeneration === metadata.generation;
