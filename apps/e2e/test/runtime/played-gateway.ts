import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kinds, type KubeClient, type KubeObject, Mirror, OURS, pathOf } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';

interface Route extends KubeObject {
  readonly spec: { readonly parentRefs: readonly object[]; readonly hostnames?: readonly string[] };
  readonly status?: {
    readonly parents?: readonly { readonly conditions: readonly { observedGeneration?: number }[] }[];
  };
}

interface Slice extends KubeObject {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
}

const WORKLOAD = 'berth.dev/workload';
const MERGE = 'application/merge-patch+json';

/**
 * Does what a gateway's controller does, without sending requests on to pods, which KWOK only plays: it accepts routes,
 * and answers 200 for a host whose workload has a ready endpoint, as the cluster lists it.
 */
export class PlayedGateway {
  private readonly server: Server;
  private readonly stopped = new AbortController();
  private readonly routes: Mirror<Route>;
  private readonly slices: Mirror<Slice>;
  private following: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: KubeClient) {
    const common = { clock: new Clock(), selector: OURS };
    this.slices = new Mirror<Slice>(client, { ...common, kind: kinds.endpointSlice, indexBy: workloadOf });
    this.routes = new Mirror<Route>(client, {
      ...{ ...common, kind: kinds.httpRoute, indexBy: () => 'all' },
      onChange: (route) => void this.accept([route]),
      onReplace: () => void this.accept(this.routes.of('all')),
    });
    this.server = createServer((request, response) => {
      const answers = this.hasEndpoint(request.headers.host ?? '');
      response.writeHead(answers ? 200 : 503).end();
    });
  }

  async listen(): Promise<string> {
    const { signal } = this.stopped;
    this.following = Promise.all([this.routes.follow(signal), this.slices.follow(signal)]);
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.following;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private hasEndpoint(host: string): boolean {
    const route = this.routes.of('all').find(({ spec }) => spec.hostnames?.includes(host));
    const slices = this.slices.of((route && workloadOf(route)) ?? '');
    return slices.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready));
  }

  private async accept(routes: readonly Route[]): Promise<void> {
    const waiting = routes.filter((route) => !isAccepted(route));
    // A route that went meanwhile is not there to be accepted.
    for (const route of waiting) await this.acceptOne(route).catch(() => undefined);
  }

  private acceptOne({ metadata, spec }: Route): Promise<unknown> {
    const condition = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '' };
    const conditions = [
      { ...condition, observedGeneration: metadata.generation, lastTransitionTime: new Date().toISOString() },
    ];
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

const isAccepted = ({ metadata, status }: Route): boolean =>
  status?.parents?.[0]?.conditions[0]?.observedGeneration === metadata.generation;
