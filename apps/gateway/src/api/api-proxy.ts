import type { IncomingMessage, ServerResponse } from 'node:http';
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
import type { Policies, Verdict } from './policies.js';
import { badTarget, noRoute, type Refusal, upstreamFailure } from './refusals.js';
import type { ServiceAddress, ServiceAddresses } from './service-addresses.js';

interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: string;
  readonly expectsContinue: boolean;
}

/** Serves the platform's API as the declarative configuration says. A request keeps the configuration it began with. */
export class ApiProxy {
  constructor(
    private readonly config: () => GatewayConfig,
    private readonly policies: Policies,
    private readonly addresses: ServiceAddresses,
    private readonly agents: UpstreamAgents,
    private readonly logger: GatewayLogger,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const url = request.url ?? '';
    if (!url.startsWith('/')) return answer(response, badTarget);
    const [rawPath, query] = splitQuery(url);
    const path = normalizePath(rawPath);
    const config = this.config();
    const match = config.router.match({ method: request.method ?? '', host: hostName(request.headers.host), path });
    if (!match) return answer(response, noRoute);
    const verdict = await this.policies.admit(config, match.target, { request, query, expectsContinue });
    if (response.destroyed) return;
    if (verdict.refusal) return answer(response, verdict.refusal, verdict.answerHeaders);
    this.pass({ request, response, path, query, expectsContinue }, match, verdict);
  }

  private pass(incoming: Incoming, match: RouteMatch<ApiRoute>, verdict: Verdict): void {
    const { request, response, expectsContinue } = incoming;
    const { service, route } = match.target;
    const address = this.addresses.of(service);
    const path = escapePath(upstreamPath(address.path, incoming.path, match.rest));
    const ownHost = address.port === 80 ? address.host : `${address.host}:${address.port}`;
    const host = route.preserve_host ? (request.headers.host ?? ownHost) : ownHost;
    forward({
      request,
      response,
      agents: this.agents,
      pick: onlyTarget(service.name, address),
      path: path + incoming.query,
      headersFor: () => requestHeaders(request, host, forwardedOf(incoming, match.rest), verdict.upstreamHeaders),
      added: verdict.answerHeaders,
      timeouts: {
        connectMilliseconds: service.connect_timeout,
        answerMilliseconds: service.read_timeout,
        streamMilliseconds: service.read_timeout,
      },
      maxBody: verdict.maxBody,
      expectsContinue,
      fail: (failure, error) => {
        this.logger.warn({ service: service.name, route: route.name, failure, err: error }, 'a service did not answer');
        answer(response, upstreamFailure(failure), verdict.answerHeaders);
      },
    });
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
