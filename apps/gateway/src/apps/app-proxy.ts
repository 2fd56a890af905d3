import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GatewayLogger } from '../logger.js';
import type { UpstreamAgents } from '../proxy/agents.js';
import { clientAddress } from '../proxy/client-address.js';
import { forward } from '../proxy/forward.js';
import { type Forwarded, requestHeaders } from '../proxy/headers.js';
import { hostName } from '../proxy/host-name.js';
import type { Failure } from '../proxy/target.js';
import { UpgradeTunnels } from '../proxy/upgrade.js';
import type { EgressMeter } from './egress-meter.js';
import { appFailure, badTarget, type FailurePage, pageHeaders, unknownHost, unknownPath } from './app-failures.js';
import type { AppWalls } from './app-walls.js';
import type { Aim, AppRoutes } from './app-routes.js';

/** An app may think for two minutes before it answers; an answer that has begun may take as long as it likes. */
export const appTimeouts = { connectMilliseconds: 5_000, answerMilliseconds: 120_000, streamMilliseconds: 0 };

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectsContinue: boolean;
}

interface AskedToUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

interface Led {
  readonly aim: Aim;
  readonly door: string | undefined;
  /** Names of headers that are not for the app. */
  readonly kept: readonly string[];
  readonly answer: (page: FailurePage) => void;
}

/** Serves `<app>.<platform domain>`, and customers' own domains, from the instances in the route table. */
export class AppProxy {
  private readonly suffix: string;
  private readonly routes: AppRoutes;
  readonly tunnels: UpgradeTunnels;

  constructor(
    private readonly walls: AppWalls,
    private readonly agents: UpstreamAgents,
    platformDomain: string,
    private readonly logger: GatewayLogger,
    private readonly egress: EgressMeter,
    private readonly timeouts = appTimeouts,
  ) {
    this.routes = walls.routes;
    this.suffix = `.${platformDomain.toLowerCase()}`;
    this.tunnels = new UpgradeTunnels(agents, timeouts);
  }

  /** Whether the host belongs to apps: all of the platform's domain, known or not, and those of customers that are routed. */
  owns(request: IncomingMessage): boolean {
    const host = hostName(request.headers.host);
    return host.endsWith(this.suffix) || this.routes.has(host);
  }

  /** `door`: the request came by a link and is led to this host, whatever host it names. */
  handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean, door?: string): void {
    const host = door ?? hostName(request.headers.host);
    const answer = (page: FailurePage) => {
      response.writeHead(page.status, pageHeaders(page)).end(`${page.text}\n`);
    };
    if (!isPath(request.url)) return answer(badTarget);
    const aim = { host, target: request.url };
    if (!this.routes.leads(aim)) return answer(this.nowhere(host));
    const lead = (kept: readonly string[]) =>
      this.forward({ request, response, expectsContinue }, { aim, door, kept, answer });
    if (door !== undefined) return lead([]);
    this.walls.pass({ request, aim, lead, refuse: answer, isGone: () => response.destroyed });
  }

  private forward({ request, response, expectsContinue }: Asked, { aim, door, kept, answer }: Led): void {
    const { host } = aim;
    forward({
      request,
      response,
      agents: this.agents,
      pick: (refused) => this.routes.pick(aim, refused),
      path: request.url ?? '/',
      headersFor: () => requestHeaders(request, request.headers.host ?? host, forwardedOf(request), [], kept),
      added: [],
      timeouts: this.timeouts,
      maxBody: Infinity,
      expectsContinue,
      sent: this.counterOf(aim, door),
      fail: (failure, error) => {
        this.report(host, failure, error);
        answer(appFailure(failure));
      },
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, door?: string): void {
    const host = door ?? hostName(request.headers.host);
    const refuse = (page: FailurePage) => this.tunnels.refuse(socket, page, pageHeaders(page));
    const aim = { host, target: request.url };
    if (!this.routes.leads(aim)) return refuse(this.nowhere(host));
    const lead = (kept: readonly string[]) =>
      this.tunnel({ request, socket, head }, { aim, door, kept, answer: refuse });
    if (door !== undefined) return lead([]);
    // Until it is led somewhere or refused.
    socket.on('error', () => socket.destroy());
    this.walls.pass({ request, aim, lead, refuse, isGone: () => socket.destroyed });
  }

  private tunnel({ request, socket, head }: AskedToUpgrade, { aim, door, kept, answer }: Led): void {
    const { host } = aim;
    const upgraded = ['Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? 'websocket'];
    this.tunnels.open({
      request,
      socket,
      head,
      pick: (refused) => this.routes.pick(aim, refused),
      path: request.url ?? '/',
      headers: requestHeaders(request, request.headers.host ?? host, forwardedOf(request), upgraded, kept),
      sent: this.counterOf(aim, door),
      fail: (failure, error) => {
        this.report(host, failure, error);
        answer(appFailure(failure));
      },
    });
  }

  private nowhere(host: string): FailurePage {
    return this.routes.has(host) ? unknownPath(host) : unknownHost(host);
  }

  /** What goes to another app of this machine leaves nothing; what began counts for whom it began. */
  private counterOf(aim: Aim, door: string | undefined): ((bytes: number) => void) | undefined {
    const workloadId = this.routes.workloadOf(aim);
    if (door !== undefined || workloadId === undefined) return undefined;
    return (bytes) => this.egress.add(workloadId, bytes);
  }

  private report(host: string, failure: Failure, error: Error | undefined): void {
    this.logger.warn({ host, failure, err: error }, 'an app did not answer');
  }
}

/** Not the absolute form: its host could be another than that of the Host header. */
const isPath = (url = ''): boolean => url.startsWith('/') || url === '*';

const forwardedOf = (request: IncomingMessage): Forwarded => ({
  clientAddress: clientAddress(request),
  host: request.headers.host ?? '',
  port: request.socket.localPort ?? 0,
});
