import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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

/** The listener that everything comes in by: hosts under the platform's domain are apps, all others are the API. */
export function createGatewayServer(handlers: Handlers, clock: Clock, logger: GatewayLogger): Server {
  const isTunnel = (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket';
  const serve = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    if (hasBody(request)) response.once('finish', () => cutOffLater(request, clock));
    if (handlers.apps.owns(request)) return handlers.apps.handle(request, response, expectsContinue);
    serveApi(handlers, request, response, expectsContinue).catch((error: unknown) => {
      logger.error({ err: error }, 'the gateway failed');
      if (response.headersSent) response.destroy();
      else answer(response, { status: 500, body: { message: 'An unexpected error occurred' } });
    });
  };
  const server = createServer({ ...limits, shouldUpgradeCallback: isTunnel }, (request, response) =>
    serve(request, response, false),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('checkContinue', (request, response) => serve(request, response, true));
  server.on('upgrade', (request, socket, head) => {
    if (handlers.apps.owns(request)) return handlers.apps.upgrade(request, socket, head);
    handlers.api.upgrade(request, socket, head).catch((error: unknown) => {
      logger.error({ err: error }, 'the gateway failed');
      socket.destroy();
    });
  });
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
