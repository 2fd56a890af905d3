import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiProxy } from './api/api-proxy.js';
import { answer } from './api/api-proxy.js';
import type { AppProxy } from './apps/app-proxy.js';
import type { Clock } from './clock.js';
import type { GatewayLogger } from './logger.js';
import type { OpenApiHandler } from './openapi/openapi-handler.js';
import { hasBody } from './proxy/forward.js';

export interface Handlers {
  readonly apps: AppProxy;
  readonly api: ApiProxy;
  readonly openapi: OpenApiHandler;
}

/** How long a client may go on sending a body that was already answered, before its connection is cut. */
const LINGER_MILLISECONDS = 10_000;

const limits = {
  maxHeaderSize: 32 * 1_024,
  /** Against clients that send headers byte by byte; bodies and answers may stream for as long as they like. */
  headersTimeout: 15_000,
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
};
const MAX_CONNECTIONS = 20_000;

/** What an HTTP listener hands on. */
interface Serving {
  serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The listener that everything comes in by: hosts of apps lead to those, all others to the API. */
export function createGatewayServer(handlers: Handlers, clock: Clock, logger: GatewayLogger): Server {
  const failed = (error: unknown) => logger.error({ err: error }, 'the gateway failed');
  const serving: Serving = {
    serve: (request, response, expectsContinue) => {
      if (handlers.apps.owns(request)) return handlers.apps.handle(request, response, expectsContinue);
      serveApi(handlers, request, response, expectsContinue).catch((error: unknown) => {
        failed(error);
        if (response.headersSent) response.destroy();
        else answer(response, { status: 500, body: { message: 'An unexpected error occurred' } });
      });
    },
    upgrade: (request, socket, head) => {
      if (handlers.apps.owns(request)) return handlers.apps.upgrade(request, socket, head);
      handlers.api.upgrade(request, socket, head).catch((error: unknown) => {
        failed(error);
        socket.destroy();
      });
    },
  };
  return createLimitedServer(serving, clock);
}

/** A listener that leads to one app only. */
export const createDoorServer = (apps: AppProxy, host: string, clock: Clock): Server =>
  createLimitedServer(
    {
      serve: (request, response, expectsContinue) => apps.handle(request, response, expectsContinue, host),
      upgrade: (request, socket, head) => apps.upgrade(request, socket, head, host),
    },
    clock,
  );

function createLimitedServer({ serve, upgrade }: Serving, clock: Clock): Server {
  const isTunnel = (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket';
  const take = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    if (hasBody(request)) response.once('finish', () => cutOffLater(request, clock));
    serve(request, response, expectsContinue);
  };
  const server = createServer({ ...limits, shouldUpgradeCallback: isTunnel }, (request, response) =>
    take(request, response, false),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('checkContinue', (request, response) => take(request, response, true));
  server.on('upgrade', upgrade);
  return server;
}

async function serveApi(
  handlers: Handlers,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Promise<void> {
  if (request.method === 'GET' && request.url === '/healthz') return answer(response, healthy);
  if (request.method === 'GET' && request.url === '/openapi.json') return handlers.openapi.handle(response);
  await handlers.api.handle(request, response, expectsContinue);
}

const healthy = { status: 200, body: { status: 'ok' } };

function cutOffLater(request: IncomingMessage, clock: Clock): void {
  if (request.complete) return;
  const cancel = clock.after(LINGER_MILLISECONDS, () => request.complete || request.socket.destroy());
  request.once('close', cancel);
}
