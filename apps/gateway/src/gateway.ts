import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiProxy } from './api/api-proxy.js';
import { ConfigHolder } from './api/config-holder.js';
import { Policies } from './api/policies.js';
import { ServiceAddresses } from './api/service-addresses.js';
import { AppDoors } from './apps/app-doors.js';
import { AnswerCounts } from './apps/answer-counts.js';
import { EgressMeter } from './apps/egress-meter.js';
import { AppProxy } from './apps/app-proxy.js';
import { AppRoutes } from './apps/app-routes.js';
import { AppWalls } from './apps/app-walls.js';
import { InFlight } from './apps/in-flight.js';
import { type Clock, systemClock } from './clock.js';
import { ControlHandler } from './control/control-handler.js';
import { startControlServer } from './control/control-server.js';
import { createDoorServer, createGatewayServer } from './gateway-server.js';
import type { GatewayLogger } from './logger.js';
import { OpenApiHandler } from './openapi/openapi-handler.js';
import { RateLimiter } from './plugins/rate-limiting.js';
import { Networks } from './protection/networks.js';
import { UpstreamAgents } from './proxy/agents.js';
import type { Timeouts } from './proxy/target.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
  /** Kong's declarative configuration; read once, at the start. */
  readonly kongFile: string;
  /** Base URLs by Kong service name; they replace the URLs in the file. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** Path of the Unix socket for configuration, routes and draining. */
  readonly controlSocket: string;
  /** Hosts `<anything>.<platformDomain>` are apps. */
  readonly platformDomain: string;
  readonly logger: GatewayLogger;
  /** Networks of proxies whose word on where a visitor comes from counts; absent: none. */
  readonly trustedProxies?: readonly string[];
  readonly clock?: Clock;
  readonly appTimeouts?: Timeouts;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, lets running requests end for up to five seconds, then cuts what is left. */
  close(): Promise<void>;
  /** Adds or replaces base URLs by Kong service name, for the next request on. */
  upstreams(update: Readonly<Record<string, string>>): void;
}

const CLOSE_MILLISECONDS = 5_000;

/** Starts the embedded gateway. @throws KongConfigError naming each field or plugin of the file that is not supported. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { clock = systemClock, logger } = options;
  const config = await ConfigHolder.load(await readFile(options.kongFile, 'utf8'), clock);
  const agents = new UpstreamAgents();
  const addresses = new ServiceAddresses(options.upstreams);
  const inFlight = new InFlight(clock);
  const answers = new AnswerCounts();
  const egress = new EgressMeter();
  const routes = new AppRoutes(inFlight, answers);
  const trusted = new Networks(options.trustedProxies ?? []);
  const walls = new AppWalls(routes, trusted, logger);
  const current = () => config.current;
  const apps = new AppProxy(walls, agents, options.platformDomain, logger, egress, options.appTimeouts);
  const api = new ApiProxy(current, new Policies(new RateLimiter(), clock, trusted), addresses, agents, logger);
  const openapi = new OpenApiHandler(current, addresses, logger);
  const server = createGatewayServer({ apps, api, openapi }, clock, logger);
  const doors = new AppDoors((host) => createDoorServer(apps, host, clock), clock, logger);
  const handler = new ControlHandler(config, routes, inFlight, doors, { answers, egress });
  const control = await startControlServer(options.controlSocket, handler, logger);
  const port = await listen(server, options).catch(async (error: unknown) => {
    await control.close();
    throw error;
  });
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    upstreams: (update) => addresses.update(update),
    close: async () => {
      await control.close();
      apps.tunnels.close();
      api.tunnels.close();
      await Promise.all([closeServer(server, clock), doors.close()]);
      agents.close();
    },
  };
}

async function listen(server: Server, { host, port }: GatewayOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server, clock: Clock): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const cancel = clock.after(CLOSE_MILLISECONDS, () => server.closeAllConnections());
  await closed;
  cancel();
}
