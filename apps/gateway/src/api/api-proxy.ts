import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiRoute, GatewayConfig } from '../kong/gateway-config.js';
import { escapePath, normalizePath, upstreamPath } from '../kong/kong-path.js';
import type { RouteMatch } from '../kong/kong-router.js';
import type { GatewayLogger } from '../logger.js';
import type { UpstreamAgents } from '../proxy/agents.js';
import { clientAddress } from '../proxy/client-address.js';
import { forward } from '../proxy/forward.js';
import { requestHeaders } from '../proxy/headers.js';
import { hostName } from '../proxy/host-name.js';
import type { PickTarget } from '../proxy/target.js';
import { UpgradeTunnels } from '../proxy/upgrade.js';
import type { Policies, Verdict } from './policies.js';
import { badTarget, noRoute, type Refusal, upstreamFailure } from './refusals.js';
import type { ServiceAddress, ServiceAddresses } from './service-addresses.js';

/** Once it is open it may be silent for as long as its ends let it. */
const upgradeTimeouts = { connectMilliseconds: 5_000, answerMilliseconds: 60_000, streamMilliseconds: 0 };

interface Incoming {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly expectsContinue: boolean;
}

/** A request that may be handed on, and where to. */
interface Admitted {
  readonly incoming: Incoming;
  readonly match: RouteMatch<ApiRoute>;
  readonly verdict: Verdict;
}

interface Refused {
  readonly refusal: Refusal;
  readonly headers: readonly string[];
}

/** Serves the platform's API as the declarative configuration says. A request keeps the configuration it began with. */
export class ApiProxy {
  readonly tunnels: UpgradeTunnels;

  constructor(
    private readonly config: () => GatewayConfig,
    private readonly policies: Policies,
    private readonly addresses: ServiceAddresses,
    private readonly agents: UpstreamAgents,
    private readonly logger: GatewayLogger,
  ) {
    this.tunnels = new UpgradeTunnels(agents, upgradeTimeouts);
  }

  async handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const admission = await this.admit(request, expectsContinue);
    if (response.destroyed) return;
    if ('refusal' in admission) return answer(response, admission.refusal, admission.headers);
    this.pass(admission, response);
  }

  /** A WebSocket passes the same policies as any other request. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admission = await this.admit(request, false);
    if ('refusal' in admission) return this.refuse(socket, admission.refusal, admission.headers);
    const { service, route } = admission.match.target;
    const { pick, path, headersFor } = this.directionsOf(admission);
    const upgrade = ['Connection', 'Upgrade', 'Upgrade', 'websocket'];
    this.tunnels.open({
      ...{ request, socket, head, pick, path, headers: [...headersFor(), ...upgrade] },
      fail: (failure, error) => {
        this.logger.warn(
          { service: service.name, route: route.name, failure, err: error },
          'a service did not upgrade',
        );
        this.refuse(socket, upstreamFailure(failure), admission.verdict.answerHeaders);
      },
    });
  }

  private async admit(request: IncomingMessage, expectsContinue: boolean): Promise<Admitted | Refused> {
    const url = request.url ?? '';
    if (!url.startsWith('/')) return { refusal: badTarget, headers: [] };
    const [rawPath, query] = splitQuery(url);
    const path = normalizePath(rawPath);
    const config = this.config();
    const match = config.router.match({ method: request.method ?? '', host: hostName(request.headers.host), path });
    if (!match) return { refusal: noRoute, headers: [] };
    const verdict = await this.policies.admit(config, match.target, { request, query, expectsContinue });
    if (verdict.refusal) return { refusal: verdict.refusal, headers: verdict.answerHeaders };
    return { incoming: { request, path, query, expectsContinue }, match, verdict };
  }

  private pass(admitted: Admitted, response: ServerResponse): void {
    const { incoming, match, verdict } = admitted;
    const { service, route } = match.target;
    forward({
      ...this.directionsOf(admitted),
      ...{ request: incoming.request, response, agents: this.agents },
      added: verdict.answerHeaders,
      timeouts: {
        connectMilliseconds: service.connect_timeout,
        answerMilliseconds: service.read_timeout,
        streamMilliseconds: service.read_timeout,
      },
      maxBody: verdict.maxBody,
      expectsContinue: incoming.expectsContinue,
      fail: (failure, error) => {
        this.logger.warn({ service: service.name, route: route.name, failure, err: error }, 'a service did not answer');
        answer(response, upstreamFailure(failure), verdict.answerHeaders);
      },
    });
  }

  private directionsOf({ incoming, match, verdict }: Admitted) {
    const { request } = incoming;
    const { service, route } = match.target;
    const address = this.addresses.of(service);
    const ownHost = address.port === 80 ? address.host : `${address.host}:${address.port}`;
    const host = route.preserve_host ? (request.headers.host ?? ownHost) : ownHost;
    return {
      pick: onlyTarget(service.name, address),
      path: escapePath(upstreamPath(address.path, incoming.path, match.rest)) + incoming.query,
      headersFor: () => requestHeaders(request, host, forwardedOf(incoming, match.rest), verdict.upstreamHeaders),
    };
  }

  private refuse(socket: Duplex, { status, body, headers = [] }: Refusal, added: readonly string[]): void {
    const type = ['Content-Type', 'application/json; charset=utf-8'];
    this.tunnels.refuse(socket, { status, text: JSON.stringify(body) }, [...type, ...added, ...headers]);
  }
}

/** Answers as Kong does. After a refused `Expect: 100-continue` node:http ends the connection: the body may still follow. */
export function answer(response: ServerResponse, refusal: Refusal, headers: readonly string[] = []): void {
  const body = Object.keys(refusal.body).length > 0 ? JSON.stringify(refusal.body) : '';
  const type = body ? ['Content-Type', 'application/json; charset=utf-8'] : [];
  const length = ['Content-Length', String(Buffer.byteLength(body))];
  response.writeHead(refusal.status, [...type, ...length, ...headers, ...(refusal.headers ?? [])]).end(body);
}

function splitQuery(url: string): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}

const onlyTarget =
  (id: string, { host, port }: ServiceAddress): PickTarget =>
  (refused) =>
    refused.has(id) ? undefined : { id, host, port, release: () => undefined };

function forwardedOf({ request, path }: Incoming, rest: string | undefined) {
  const stripped = rest === undefined ? {} : { prefix: path.slice(0, path.length - rest.length) || '/' };
  return {
    clientAddress: clientAddress(request),
    host: hostName(request.headers.host),
    port: request.socket.localPort ?? 0,
    path: request.url ?? '/',
    ...stripped,
  };
}
