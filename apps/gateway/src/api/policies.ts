import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import type { ApiRoute, Credential, GatewayConfig, Placed, RoutePlugins } from '../kong/gateway-config.js';
import { correlationId } from '../plugins/correlation-id.js';
import { corsHeaders, type CorsRequest, isPreflight, preflightHeaders } from '../plugins/cors.js';
import { authenticate } from '../plugins/jwt.js';
import type { RateLimiter } from '../plugins/rate-limiting.js';
import { allowedBytes, refuseSize } from '../plugins/request-size.js';
import type { Networks } from '../protection/networks.js';
import { visitorAddress } from '../protection/visitor-address.js';
import { type Refusal, sizeRefused, tooManyRequests, unauthorized } from './refusals.js';

/** What the plugins decided for one request. Headers are flat lists. */
export interface Verdict {
  /** Set: the gateway answers itself. */
  readonly refusal?: Refusal;
  readonly upstreamHeaders: readonly string[];
  readonly answerHeaders: readonly string[];
  readonly maxBody: number;
}

export interface Admission {
  readonly request: IncomingMessage;
  readonly query: string;
  readonly expectsContinue: boolean;
}

/** Runs a route's plugins in Kong's order: correlation-id, cors, jwt, request-size-limiting, rate-limiting. */
export class Policies {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly clock: Clock,
    /** Proxies whose word on where a request comes from counts. */
    private readonly trusted: Networks,
  ) {}

  async admit(config: GatewayConfig, route: ApiRoute, admission: Admission): Promise<Verdict> {
    const { plugins } = route;
    const { request } = admission;
    const id = correlate(plugins, request);
    const cors = corsRequest(request);
    if (plugins.cors && isPreflight(cors) && !plugins.cors.preflight_continue) {
      return answered(preflight(plugins.cors, cors), id.answer);
    }
    const shared = [...id.answer, ...(plugins.cors ? corsHeaders(plugins.cors, cors.origin) : [])];
    const caller = await this.authenticate(config, plugins, admission);
    if ('status' in caller) return answered(caller, shared);
    const size = plugins['request-size-limiting'];
    const tooLarge = size && refuseSize(size, declaredBody(admission));
    if (tooLarge) return answered(sizeRefused(tooLarge), shared);
    const rate = this.countRequest(route, request, caller.credential);
    const answerHeaders = [...shared, ...(rate?.headers ?? [])];
    if (rate && !rate.allowed) return answered(tooManyRequests, answerHeaders);
    const upstreamHeaders = [...id.upstream, ...identityHeaders(caller.credential)];
    return { upstreamHeaders, answerHeaders, maxBody: size ? allowedBytes(size) : Infinity };
  }

  private async authenticate(
    config: GatewayConfig,
    { jwt }: RoutePlugins,
    { request, query }: Admission,
  ): Promise<{ credential?: Credential } | Refusal> {
    if (!jwt || (request.method === 'OPTIONS' && !jwt.run_on_preflight)) return {};
    const carrier = { header: (name: string) => firstHeader(request, name), query };
    const verdict = await authenticate(jwt, config.credentials, carrier, this.clock.now());
    return 'refusal' in verdict ? unauthorized(verdict.refusal) : verdict;
  }

  private countRequest(route: ApiRoute, request: IncomingMessage, credential: Credential | undefined) {
    const limits = route.plugins['rate-limiting'];
    if (!limits) return undefined;
    const asking = { request, credential, address: visitorAddress(request, this.trusted) };
    const identifier = `${limits.scope} ${rateIdentifier(limits, route, asking)}`;
    return this.limiter.take(limits, identifier, this.clock.now());
  }
}

const answered = (refusal: Refusal, answerHeaders: readonly string[]): Verdict => ({
  refusal,
  answerHeaders,
  upstreamHeaders: [],
  maxBody: 0,
});

const preflight = (config: Placed<'cors'>, request: CorsRequest): Refusal => ({
  status: 200,
  body: {},
  headers: preflightHeaders(config, request),
});

function correlate(plugins: RoutePlugins, request: IncomingMessage): { upstream: string[]; answer: string[] } {
  const config = plugins['correlation-id'];
  if (!config) return { upstream: [], answer: [] };
  const header = [config.header_name, correlationId(config, firstHeader(request, config.header_name))];
  return { upstream: header, answer: config.echo_downstream ? header : [] };
}

const corsRequest = (request: IncomingMessage): CorsRequest => ({
  method: request.method ?? 'GET',
  origin: request.headers.origin,
  requestMethod: request.headers['access-control-request-method'],
  requestHeaders: request.headers['access-control-request-headers'],
});

const declaredBody = ({ request, expectsContinue }: Admission) => ({
  contentLength:
    request.headers['content-length'] === undefined ? undefined : Number(request.headers['content-length']),
  chunked: request.headers['transfer-encoding'] !== undefined,
  expectsContinue,
});

function identityHeaders(credential: Credential | undefined): string[] {
  if (!credential) return [];
  const { id, custom_id, username } = credential.consumer;
  const optional = [...(id ? ['X-Consumer-ID', id] : []), ...(custom_id ? ['X-Consumer-Custom-ID', custom_id] : [])];
  return [...optional, 'X-Consumer-Username', username, 'X-Credential-Identifier', credential.key];
}

interface Asking {
  readonly request: IncomingMessage;
  readonly credential: Credential | undefined;
  readonly address: string;
}

function rateIdentifier(
  limits: Placed<'rate-limiting'>,
  route: ApiRoute,
  { request, credential, address }: Asking,
): string {
  switch (limits.limit_by) {
    case 'consumer':
      return credential?.consumer.username ?? address;
    case 'credential':
      return credential?.key ?? address;
    case 'header':
      return firstHeader(request, limits.header_name ?? '') ?? address;
    case 'service':
      return route.service.name;
    case 'ip':
      return address;
  }
}

function firstHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}
